/* Who takes part in calls: a carrier, which is where it is, or a phone, which registers and does so again whenever
 * its connection ended. */
#ifndef PARTY_H
#define PARTY_H

#include "credentials.h"
#include "dialog.h"

struct leg;

struct party {
    enum role { CARRIER, PHONE } role;
    const char *domain;
    struct credentials who;
    struct way way;
    struct leg *leg; /* the call that it is for; NULL: a phone to which calls are handed over, or a carrier */

    bool is_registered, registers_often; /* so that it knows when nobody is there any more */
    char call_id[100];
    unsigned cseq, refusals;
    uint64_t due; /* when it registers next; 0: it waits for an answer */
    bool leaves;  /* it registers for no time at all */
};

/* Opens the party's way; a phone registers as soon as that is open. */
void open_party(struct party *party);
void way_opened(struct way *way);
void way_lost(struct way *way);

/* Its address of record, or what a carrier calls itself. */
void append_address(struct text *text, const struct party *party);

/* What time brings to every party. */
void attend_parties(void);
bool are_all_registered(void);
/* Whoever calls a phone's user afterwards does not ring where it was. */
void leave_all(void);
bool have_all_left(void);
/* How often phones' connections ended. */
unsigned connections_lost(void);

#endif
