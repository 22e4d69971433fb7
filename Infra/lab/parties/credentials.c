#include "credentials.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct digest {
    const EVP_MD *hash;
    const char *name;
};

/* In hexadecimal. */
static void hash(const struct digest *digest, const char *text, char out[EVP_MAX_MD_SIZE * 2 + 1])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_Digest(text, strlen(text), bytes, &length, digest->hash, NULL);
    for (unsigned i = 0; i < length; i++) sprintf(out + 2 * i, "%02x", bytes[i]);
}

/* The challenge with the better of both hashes. */
static const char *best_challenge(const struct message *m, const char *name, struct digest *digest)
{
    const char *value, *best = NULL;
    for (int i = 0; (value = field_number(m, name, i)); i++) {
        char algorithm[20] = "MD5";
        parameter(value, "algorithm", algorithm, sizeof algorithm);
        if (!strcasecmp(algorithm, "SHA-256")) {
            *digest = (struct digest){EVP_sha256(), "SHA-256"};
            return value;
        }
        if (strcasecmp(algorithm, "MD5")) continue;
        *digest = (struct digest){EVP_md5(), "MD5"};
        best = value;
    }
    return best;
}

bool append_proof(struct text *request, const struct message *challenge, const struct credentials *who,
                  const char *method, const char *uri)
{
    bool proxy = challenge->status == 407;
    struct digest digest;
    const char *value = best_challenge(challenge, proxy ? "Proxy-Authenticate" : "WWW-Authenticate", &digest);
    if (!value) return false;
    char realm[200] = "", nonce[300] = "", opaque[200] = "", qop[60] = "", line[1000];
    char who_hash[EVP_MAX_MD_SIZE * 2 + 1], what_hash[sizeof who_hash], response[sizeof who_hash];
    parameter(value, "realm", realm, sizeof realm);
    parameter(value, "nonce", nonce, sizeof nonce);
    bool has_opaque = parameter(value, "opaque", opaque, sizeof opaque);
    bool has_qop = parameter(value, "qop", qop, sizeof qop);
    snprintf(line, sizeof line, "%s:%s:%s", who->user, realm, who->password);
    hash(&digest, line, who_hash);
    snprintf(line, sizeof line, "%s:%s", method, uri);
    hash(&digest, line, what_hash);
    if (has_qop) snprintf(line, sizeof line, "%s:%s:00000001:0a4f113b:auth:%s", who_hash, nonce, what_hash);
    else snprintf(line, sizeof line, "%s:%s:%s", who_hash, nonce, what_hash);
    hash(&digest, line, response);
    append(request, "%s: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\", algorithm=%s",
           proxy ? "Proxy-Authorization" : "Authorization", who->user, realm, nonce, uri, response, digest.name);
    if (has_qop) append(request, ", qop=auth, nc=00000001, cnonce=\"0a4f113b\"");
    if (has_opaque) append(request, ", opaque=\"%s\"", opaque);
    append(request, "\r\n");
    return true;
}
