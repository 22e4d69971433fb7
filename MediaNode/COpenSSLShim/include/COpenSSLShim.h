#pragma once
// What OpenSSL has only as macros.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/// 1 when versions below `version` are refused from now on.
static inline int shim_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}

/// The name that the server's certificate is asked for.
static inline int shim_SSL_set_tlsext_host_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}

/// A write may be repeated from another address and may take a part.
static inline void shim_SSL_set_flexible_writes(SSL *session) {
  SSL_set_mode(session, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/// For servers: no renegotiation, no compression, and no list of sessions kept here: who comes back
/// shows a ticket, also where certificates are asked for.
static inline void shim_SSL_CTX_serve(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(context, (const unsigned char *)"sip", 3);
}

/// Peers that ask `context` for a name of `other`'s certificate get that one. Not thread-safe: for
/// setting up.
void shim_SSL_CTX_offer_by_name(SSL_CTX *context, SSL_CTX *other);

/// DNS names and URIs of a certificate's subject, one in a line, as many as fit `capacity`.
/// Returns their length in bytes.
int shim_X509_alternative_names(X509 *certificate, char *buffer, int capacity);

/// An empty memory BIO says "later" instead of "end".
static inline void shim_BIO_wait_when_empty(BIO *bio) { BIO_set_mem_eof_return(bio, -1); }

/// Tag of `length` bytes made by, or expected by, a GCM cipher.
static inline int shim_EVP_get_tag(EVP_CIPHER_CTX *context, int length, void *tag) {
  return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, length, tag);
}
static inline int shim_EVP_set_tag(EVP_CIPHER_CTX *context, int length, void *tag) {
  return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length, tag);
}

// MARK: - Keyed hashes

/// HMAC with SHA-256, keyed; null when memory is short. The caller frees it.
EVP_MAC_CTX *shim_hmac_sha256_context(const unsigned char *key, size_t length);

// MARK: - Handshakes within the media

/// For sessions of DTLS between equals whose certificates are known by their hashes: both show one, and
/// nobody comes back with a ticket.
static inline int shim_SSL_CTX_shake_hands(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return (int)SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
}

/// A new key on the curve P-256 and a certificate of its own for it; null when memory is short.
EVP_PKEY *shim_make_key(void);
X509 *shim_make_certificate(EVP_PKEY *key);

/// Fragments of handshakes are no longer than this.
static inline void shim_SSL_set_mtu(SSL *session, int bytes) { SSL_set_mtu(session, bytes); }

/// Microseconds until the last flight is to be sent again; -1: it is not.
static inline long shim_DTLS_timeout(SSL *session) {
  struct timeval left;
  if (DTLSv1_get_timeout(session, &left) != 1) return -1;
  return left.tv_sec * 1000000 + left.tv_usec;
}

/// Sends the last flight again where it is time; -1 when that was done too often.
static inline int shim_DTLS_repeat(SSL *session) { return (int)DTLSv1_handle_timeout(session); }
