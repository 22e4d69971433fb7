/* A way by which a party signals: a UDP socket of its own, or one connection by TCP or TLS, which is opened again
 * when it ends, as phones do. */
#ifndef WAY_H
#define WAY_H

#include "common.h"

#include <openssl/ssl.h>

enum transport { UDP, TCP, TLS };

/* Where sockets are opened: a network namespace and the addresses that the machine has there. */
struct place {
    const char *name;
    int network; /* a descriptor of the namespace; -1: our own */
    const char *four, *six;
};

struct way {
    enum transport transport;
    const struct place *place;
    struct endpoint here, there;
    struct endpoint targets[2]; /* the second is tried when the first cannot be reached */
    int target_count, target;
    const char *server_name; /* whose certificate TLS asks for */
    void *owner;

    int socket; /* -1: closed */
    enum { CLOSED, CONNECTING, SHAKING, OPEN } state;
    SSL *tls;
    uint64_t due;       /* when to try again, or to give a connection up */
    uint64_t missed_at; /* since when nobody is there; 0: somebody is */
    unsigned failures, losses;
    size_t heard, unsent;
    char in[16384], out[16384];
};

/* Who is told; set before the first way is opened. */
struct way_listener {
    void (*opened)(struct way *);
    void (*lost)(struct way *);
    void (*heard)(struct way *, const struct endpoint *from, const char *text, size_t length);
};
void listen_to_ways(struct way_listener listener);

/* A socket in the place's network, not blocking; ends the program where it cannot be had. */
int open_socket(const struct place *place, int family, int type);

/* With the port of `here`, or any where that is 0. UDP is open at once; others are when the listener hears so. */
void open_way(struct way *way);
/* Nobody answered there: ends the connection and opens it again, or, by UDP, tries the next target now and then. */
void reopen_way(struct way *way);

/* By UDP to `to`; a connection leads where it leads. False: the way is not open. */
bool send_by(struct way *way, const struct endpoint *to, const struct text *text);

/* Waits so long for something to happen on any way, and tells the listener. */
void attend_ways(int milliseconds);

/* "UDP", "TCP" or "TLS", as Via has it. */
const char *protocol_of(const struct way *way);

#endif
