/* A SIP message as it was heard, cut into its header fields (RFC 3261 section 7). */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "common.h"

#define MOST_FIELDS 64

struct message {
    int status;       /* 0: a request */
    char method[16];  /* of a response: that of its request */
    char branch[128]; /* of the topmost Via */
    char call_id[160];
    unsigned cseq;
    const char *uri; /* of a request */
    const char *body;
    int count;
    struct {
        const char *name, *value;
    } fields[MOST_FIELDS];
    char text[8192];
};

/* False: it is none, or lacks what every message has. */
bool parse(struct message *message, const char *text, size_t length);

/* The value of the first field with this name; NULL: there is none. */
const char *field(const struct message *message, const char *name);
/* The value of the nth, from 0. */
const char *field_number(const struct message *message, const char *name, int number);

/* The URI of a name-addr or addr-spec; false: there is none. */
bool uri_in(const char *value, char *uri, size_t room);
/* A parameter of a field's value, without quotes: `tag`, or `realm` of a challenge. */
bool parameter(const char *value, const char *name, char *out, size_t room);

/* Whether the value has a tag, so that the message is within a dialog. */
bool has_tag(const char *value);

/* Seconds that Retry-After asks for; `otherwise` where it is not there. */
unsigned retry_after(const struct message *message, unsigned otherwise);

#endif
