/* Session descriptions of one audio stream (RFC 8866, RFC 3264), with keys where it is protected (RFC 4568). */
#ifndef DESCRIPTION_H
#define DESCRIPTION_H

#include "common.h"

/* AES-128's key and salt, of the one suite that is used here: AES_CM_128_HMAC_SHA1_80. */
#define KEY_LENGTH 30
/* The payload number that we offer for digits (RFC 4733). */
#define EVENTS 101

enum direction { SENDRECV, SENDONLY, RECVONLY, INACTIVE };

struct description {
    struct endpoint sound;
    enum direction direction;
    bool is_protected;
    unsigned key_number; /* the tag of the key's line */
    unsigned char key[KEY_LENGTH];
    unsigned events; /* payload number for digits; 0: they are not known */
};

/* False: there is no audio in it that we could speak to. */
bool read_description(const char *body, struct description *theirs);

void append_description(struct text *body, const struct description *ours, unsigned version);

/* What is answered to an offer by who holds or does not (RFC 3264 section 6.1). */
enum direction answer_to(enum direction offered, bool is_holding);

#endif
