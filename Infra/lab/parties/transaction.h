/* Requests until they are answered, and answers until nobody asks again (RFC 3261 section 17). */
#ifndef TRANSACTION_H
#define TRANSACTION_H

#include "message.h"
#include "way.h"

/* An answer, provisional or final, and where it came from; NULL: nobody answered in time. */
typedef void outcome(void *context, const struct message *answer, const struct endpoint *from);

#define BRANCH_LENGTH 40
/* A name that no request had. */
void make_branch(char branch[BRANCH_LENGTH]);

/* Says it, again and again by UDP, until it is answered finally or the patience is over. An INVITE that was answered
 * provisionally waits for as long as it takes. */
void ask(struct way *way, const struct endpoint *to, const struct text *request, const char *method,
         const char branch[BRANCH_LENGTH], uint64_t patience, outcome *outcome, void *context);

/* Nobody wants to know any more. */
void stop_asking(const void *context);

/* Takes a response. A refused INVITE is acknowledged here, one that was accepted by who asked. */
void take_response(struct way *way, const struct endpoint *from, const struct message *response);

/* Answers a request, and again whenever the same request comes. An INVITE's 2xx is said again until
 * `acknowledged` (RFC 3261 section 13.3.1.4). */
void answer(struct way *way, const struct endpoint *to, const struct message *request, const struct text *response);
void acknowledged(const char *call_id, unsigned cseq);
/* Whether this request was answered already, which it is again. */
bool is_repeated(struct way *way, const struct endpoint *from, const struct message *request);

/* What time brings. */
void attend_transactions(void);

#endif
