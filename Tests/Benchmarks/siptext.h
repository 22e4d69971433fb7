/* The text of SIP messages and answers to their challenges, for the generators here. A message is one that ends with
 * an empty line and a zero. */
#ifndef SIPTEXT_H
#define SIPTEXT_H

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static char *hdr(char *m, const char *name, char *from) { /* next header line start at or after from (line), NULL at end */
    size_t n = strlen(name);
    for (char *p = from ? from : strstr(m, "\r\n"); p && p[2]; p = strstr(p + 2, "\r\n")) {
        char *l = p[0] == '\r' ? p + 2 : p;
        if (l[0] == '\r') return NULL;
        if (!strncasecmp(l, name, n) && (l[n] == ':' || l[n] == ' ')) return l;
    }
    return NULL;
}
static int eol(char *l) { return (int)(strstr(l, "\r\n") - l); }
static char *val(char *l) { l = strchr(l, ':') + 1; while (*l == ' ') l++; return l; }
static void md5hex(const char *s, char *out) {
    static EVP_MD_CTX *x; unsigned char d[16]; unsigned n; if (!x) x = EVP_MD_CTX_new();
    EVP_DigestInit_ex(x, EVP_md5(), NULL); EVP_DigestUpdate(x, s, strlen(s)); EVP_DigestFinal_ex(x, d, &n);
    for (int i = 0; i < 16; i++) sprintf(out + 2 * i, "%02x", d[i]);
}
static int param(char *h, const char *k, char *out, size_t cap) {
    char pat[32]; snprintf(pat, sizeof pat, "%s=", k); int e = eol(h);
    for (char *p = h; (p = strcasestr(p, pat)) && p < h + e; p++) {
        if (p[-1] != ' ' && p[-1] != ',') continue;
        p += strlen(pat); size_t n = 0; if (*p == '"') { p++; while (*p != '"' && n < cap - 1) out[n++] = *p++; } else while (*p != ',' && *p != '\r' && *p != ' ' && n < cap - 1) out[n++] = *p++;
        out[n] = 0; return 1;
    }
    return 0;
}
static int digest(char *o, char *chal, int proxy, const char *method, const char *uri, const char *user, const char *pass) {
    char realm[200] = "", nonce[300] = "", opq[200] = "", qop[60] = "", a[1000], h1[33], h2[33], r[33]; int q, op;
    param(chal, "realm", realm, sizeof realm); param(chal, "nonce", nonce, sizeof nonce); q = param(chal, "qop", qop, sizeof qop); op = param(chal, "opaque", opq, sizeof opq);
    snprintf(a, sizeof a, "%s:%s:%s", user, realm, pass); md5hex(a, h1); snprintf(a, sizeof a, "%s:%s", method, uri); md5hex(a, h2);
    if (q) snprintf(a, sizeof a, "%s:%s:00000001:abcdef01:auth:%s", h1, nonce, h2); else snprintf(a, sizeof a, "%s:%s:%s", h1, nonce, h2);
    md5hex(a, r);
    int n = sprintf(o, "%s: Digest username=\"%s\",realm=\"%s\",nonce=\"%s\",uri=\"%s\",response=\"%s\",algorithm=MD5", proxy ? "Proxy-Authorization" : "Authorization", user, realm, nonce, uri, r);
    if (q) n += sprintf(o + n, ",qop=auth,nc=00000001,cnonce=\"abcdef01\"");
    if (op) n += sprintf(o + n, ",opaque=\"%s\"", opq);
    return n + sprintf(o + n, "\r\n");
}

#endif
