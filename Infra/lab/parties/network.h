/* Where the parties are and where they find the exchange: addresses, users, and a party for each side of a call. */
#ifndef NETWORK_H
#define NETWORK_H

#include "plan.h"

/* The first phone's user name; the others' follow. */
#define FIRST_USER 100000
/* So much more are the names of whom calls are handed over to, and of who serves the queue. */
#define VISITOR 9999
#define AGENT 9998
/* By IPv6, for those who are there. */
#define VISITOR6 9997
/* Who calls back those who asked for it, and whose user hears its messages. */
#define BACK_CALLER 9996
#define LISTENER 9995
/* The first of those that are paged. */
#define FIRST_PAGED 9500

struct network {
    const char *domain;
    const char *secret;           /* a phone's password is this and its user's name */
    const char *phones, *trunks;  /* where phones and carriers find the exchange */
    const char *standby;          /* where phones look for it next; NULL: nowhere */
    const char *phones6, *trunks6;
    struct place outside;         /* where parties are */
    struct place inside;          /* and those behind a NAT */
};
extern struct network network;

/* A party for this side of a call: a phone of its own, or the carrier, of which there is one for each family. */
struct party *party_for(const struct side *side);
/* The phone of user FIRST_USER + number, which takes every call. */
struct party *helping_party(int number, bool six);

#endif
