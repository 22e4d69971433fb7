/* Answers to a challenge (RFC 7616, RFC 8760): SHA-256 where it is asked for, else MD5. */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include "message.h"

struct credentials {
    char user[32], password[64];
};

/* Appends the field that answers the challenge of a 401 or 407; false: there is none that we know. */
bool append_proof(struct text *request, const struct message *challenge, const struct credentials *who,
                  const char *method, const char *uri);

#endif
