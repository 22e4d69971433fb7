/* Which calls there are to be: a line for each kind, "NAME COUNT CALLER CALLEE STATE [NUMBER]".
 *
 * CALLER and CALLEE are `carrier`, `carrier6`, or a phone by its way: `udp`, `tcp`, `tls` (with SRTP), `udp6`, `nat`.
 * For CALLEE, `-` is the exchange itself, which is called at NUMBER. */
#ifndef PLAN_H
#define PLAN_H

#include "party.h"

#include <stdio.h>

/* How calls are when the fault comes. */
enum state {
    TALKING,
    HELD,       /* by the caller */
    RINGING,    /* the callee answers afterwards */
    EARLY,      /* the callee plays something and answers afterwards */
    RECORDED,   /* by its phone */
    PARKED,     /* by the callee, at a place of its own below NUMBER; a third phone takes it afterwards */
    QUEUED,     /* at NUMBER, and stays there */
    CHOOSING,   /* in the menu NUMBER, and presses 1 afterwards, which leads to a third phone */
    CONFERRING, /* three at a time in a room below NUMBER */
    SPEAKING,   /* leaves a message at NUMBER, without hearing the greeting */
    FOLLOWING,  /* looked for by user NUMBER10 and on, the callee is asked whether it takes the call, and presses 1 afterwards */
    AWAITING,   /* hung up in the queue NUMBER, to be called back afterwards */
    PAGED,      /* answers by itself to the group NUMBER10 and on, hears the caller and is not heard; a phone for nothing else */
    HEARING     /* hears a message of its own mailbox, whose phone calls NUMBER; another user's phone than the plan's others */
};

struct side {
    const char *name;     /* in plans */
    const char *reported; /* "UDP" */
    char class;           /* when a site is lost: M is moved, R returns by itself */
    enum role role;
    enum transport transport;
    bool six, is_inside; /* behind a NAT */
};

struct kind {
    char name[64], number[40];
    int count;
    const struct side *caller, *callee; /* NULL: the exchange */
    enum state state;
};

#define MOST_KINDS 64
/* Reads it; ends the program where it makes no sense. How many kinds there are. */
int read_plan(const char *path, struct kind kinds[MOST_KINDS]);

/* "talking" */
const char *name_of_state(enum state state);
/* "UDP", or "TCP/TLS" where both are phones that differ. */
void append_transports(struct text *text, const struct kind *kind);
/* R where one of both is. */
char class_of(const struct kind *kind);

#endif
