/* A dialog (RFC 3261 section 12) as one party has it: who the other is, where it is, and the next number. */
#ifndef DIALOG_H
#define DIALOG_H

#include "transaction.h"

struct dialog {
    struct way *way;
    struct endpoint peer; /* where its next hop is; a connection leads where it leads */
    char user[32];        /* ours, as Contact has it */
    char call_id[160], local[256], remote[512], target[512], routes[1024];
    unsigned cseq;
};

/* We call: nobody has answered yet, and the target is whom we ask for. */
void begin_dialog(struct dialog *dialog, struct way *way, const char *user, const char *from, const char *to);
/* Somebody calls us. */
void accept_dialog(struct dialog *dialog, struct way *way, const char *user, const struct message *invite,
                   const struct endpoint *from);
/* Who answered our INVITE. */
void confirm_dialog(struct dialog *dialog, const struct message *response, const struct endpoint *from);
/* Whoever invites again within the dialog is where that came from from now on, and at its Contact. */
void follow(struct dialog *dialog, const struct message *request, const struct endpoint *from);
/* Whether a message within a dialog is of this one. */
bool is_of_dialog(const struct dialog *dialog, const struct message *message);

/* The next request, up to Contact; without its number where `number` is given, as ACK has it. */
void begin_request(struct dialog *dialog, struct text *request, const char *method, unsigned number,
                   char branch[BRANCH_LENGTH]);
/* The end of a request or a response, with a body or without (NULL). */
void end_message(struct text *message, const char *type, const struct text *body);

/* Up to Contact. `local` has our tag, and NULL leaves To as it was. */
void begin_response(struct text *response, const struct message *request, int status, const char *reason,
                    const char *local);
void append_contact(struct text *message, const struct way *way, const char *user);

#endif
