/* A party in a call: its dialog and its sound, and what it can say within the dialog. */
#ifndef LEG_H
#define LEG_H

#include "party.h"
#include "sound.h"

enum phase {
    IDLE,    /* not called yet, or called off */
    CALLING, /* asks, and nobody has answered */
    ALERTED, /* is asked, and has not answered */
    UP,
    LEAVING, /* said BYE */
    GONE
};

struct call;

struct leg {
    struct call *call; /* NULL: a call that was handed over to it, whose is not known yet */
    struct party *party;
    struct dialog dialog;
    struct stream *stream;
    enum phase phase;
    bool is_early, is_holding, was_called_off;
    unsigned version; /* of our description */
    unsigned invite;  /* the number of our INVITE */
    unsigned hears_ringing;
    char number[100]; /* whom it called */
    struct message *alert; /* the INVITE that is not answered */
    struct endpoint alert_from;
    uint64_t up_at, left_at; /* 0: never; when the other side said BYE */
    /* What it asked for within its dialog last, and who wants to know: once, 0 being well. */
    void (*told)(struct leg *, int status, const struct message *answer);
    uint64_t again_at; /* when it asks once more what was refused for now; 0: nothing */
    int handed_over; /* what the last NOTIFY of a transfer said; 0: nothing final */
};

/* What happens to a leg that its call has to know. */
struct leg_listener {
    void (*alerted)(struct leg *);
    void (*progressed)(struct leg *, int status);
    void (*answered)(struct leg *);
    void (*refused)(struct leg *, int status); /* 408: nobody answered */
    void (*ended)(struct leg *);               /* BYE came */
};
void listen_to_legs(struct leg_listener listener);

/* A leg of this party, whose sound is at a port of its own. */
struct leg *make_leg(struct call *call, struct party *party);

void invite(struct leg *leg, const char *number);
/* The leg that is alerted answers: with early media (183), or for good (200). */
void ring(struct leg *leg);
void play_early(struct leg *leg);
void pick_up(struct leg *leg);

/* Within the dialog. `told` hears how that was answered: 0 for well, else the status, 408 for not at all. */
typedef void told(struct leg *, int status, const struct message *answer);
void hold(struct leg *leg, bool holds, told *told);
void send_digit(struct leg *leg, char digit, told *told);
void record(struct leg *leg, told *told);
void refresh(struct leg *leg, told *told);
void transfer(struct leg *leg, const char *number, told *told);
void hang_up(struct leg *leg, told *told);

/* A message for this party. False: of no leg that it has. */
void take_request(struct way *way, const struct endpoint *from, const struct message *request);

/* The leg that a call for this number at this party is for; NULL: none. Told by whoever knows the calls. */
struct leg *leg_called(struct party *party, const char *uri);

#endif
