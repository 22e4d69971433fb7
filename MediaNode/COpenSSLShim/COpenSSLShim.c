#include "COpenSSLShim.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

// MARK: - Certificates by name

// The contexts that a server's first one may hand a session to. It holds them for as long as it, or
// any session of it, lives.
typedef struct {
  int count;
  SSL_CTX **others;
} Choice;

static int choose_certificate(SSL *session, int *alert, void *argument) {
  (void)alert;
  const Choice *choice = argument;
  const char *name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
  if (name == NULL) return SSL_TLSEXT_ERR_OK;
  SSL_CTX *first = SSL_get_SSL_CTX(session);
  if (X509_check_host(SSL_CTX_get0_certificate(first), name, 0, 0, NULL) == 1)
    return SSL_TLSEXT_ERR_OK;
  for (int index = 0; index < choice->count; index++) {
    SSL_CTX *other = choice->others[index];
    if (X509_check_host(SSL_CTX_get0_certificate(other), name, 0, 0, NULL) == 1) {
      SSL_set_SSL_CTX(session, other);
      break;
    }
  }
  return SSL_TLSEXT_ERR_OK;
}

static void forget_choice(void *parent, void *choice, CRYPTO_EX_DATA *data, int index, long number,
                          void *pointer) {
  (void)parent, (void)data, (void)index, (void)number, (void)pointer;
  Choice *own = choice;
  if (own == NULL) return;
  for (int other = 0; other < own->count; other++) SSL_CTX_free(own->others[other]);
  free(own->others);
  free(own);
}

void shim_SSL_CTX_offer_by_name(SSL_CTX *context, SSL_CTX *other) {
  static int place = -1;
  if (place < 0) place = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, forget_choice);
  Choice *choice = SSL_CTX_get_ex_data(context, place);
  if (choice == NULL) {
    choice = calloc(1, sizeof *choice);
    if (choice == NULL) return;
    SSL_CTX_set_ex_data(context, place, choice);
    SSL_CTX_set_tlsext_servername_callback(context, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(context, choice);
  }
  SSL_CTX **others = realloc(choice->others, (choice->count + 1) * sizeof *others);
  if (others == NULL) return;
  choice->others = others;
  SSL_CTX_up_ref(other);
  choice->others[choice->count++] = other;
}

// MARK: - Names

int shim_X509_alternative_names(X509 *certificate, char *buffer, int capacity) {
  int length = 0;
  GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    if (name->type != GEN_DNS && name->type != GEN_URI) continue;
    const ASN1_IA5STRING *text = name->d.ia5;
    const int bytes = ASN1_STRING_length(text);
    const unsigned char *data = ASN1_STRING_get0_data(text);
    // A name with a line end or a zero in it is nobody's.
    if (memchr(data, '\n', bytes) || memchr(data, 0, bytes) || length + bytes + 1 > capacity) continue;
    memcpy(buffer + length, data, bytes);
    length += bytes;
    buffer[length++] = '\n';
  }
  GENERAL_NAMES_free(names);
  return length;
}

// MARK: - Handshakes within the media

EVP_PKEY *shim_make_key(void) { return EVP_EC_gen("P-256"); }

X509 *shim_make_certificate(EVP_PKEY *key) {
  X509 *certificate = X509_new();
  if (certificate == NULL) return NULL;
  const long day = 24 * 3600;
  unsigned char serial[8];
  int done = RAND_bytes(serial, sizeof serial) == 1;
  uint64_t number = 0;
  for (size_t index = 0; index < sizeof serial; index++) number = number << 8 | serial[index];
  X509_NAME *name = X509_get_subject_name(certificate);
  done = done && X509_set_version(certificate, 2) &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -day) &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), 3650 * day) &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"media", -1, -1,
                                    0) &&
         X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
  if (done) return certificate;
  X509_free(certificate);
  return NULL;
}

EVP_MAC_CTX *shim_hmac_sha256_context(const unsigned char *key, size_t length) {
  EVP_MAC *algorithm = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
  EVP_MAC_CTX *context = EVP_MAC_CTX_new(algorithm);
  // The context keeps the algorithm.
  EVP_MAC_free(algorithm);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  if (context != NULL && EVP_MAC_init(context, key, length, parameters) == 1) return context;
  EVP_MAC_CTX_free(context);
  return NULL;
}
