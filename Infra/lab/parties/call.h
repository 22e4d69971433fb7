/* The calls of a plan: from being set up until they end, each by itself. */
#ifndef CALL_H
#define CALL_H

#include "leg.h"
#include "plan.h"

enum { CALLER, CALLEE, THIRD, PLACES };

/* What a party does after the fault; judged by itself. */
enum deed { ANSWER, HOLD, RESUME, DIGIT, EVENT, REFRESH, HEAR, TRANSFER, TAKE, CHOOSE, SERVE, CONFIRM, CALL_BACK, MESSAGE, MENU };

struct step {
    enum deed deed;
    int place; /* whose */
    int why;   /* 0: done well; else a status, 408 for what did not come */
    double ms;
};

#define MOST_STEPS 24

struct call {
    const struct kind *kind;
    int number; /* within its kind, and below `ordinal` in all */
    int ordinal;
    struct leg *legs[PLACES]; /* CALLEE: NULL where the exchange is called, or who is called back by it; THIRD: whoever came later */
    bool is_begun, is_ready, has_failed, is_over;
    uint64_t begun;
    int why; /* it failed: a status, 1 for a BYE that nobody asked for */
    bool is_answering; /* afterwards a callee that was called off and is called anew answers */
    struct leg *hangs_up;
    uint64_t bye_at;
    double bye_ms;  /* until that was answered */
    double seconds; /* from its answer until then */
    bool was_let_go; /* who was asked whether it takes the call, or heard a message, before anybody wanted that */
    bool was_transferred;
    int transferred_by;

    struct step steps[MOST_STEPS];
    int step_count, step;
    uint64_t step_begun;
    unsigned keys_before;
    uint64_t key_at; /* when the next key is due that makes the call what it is to be */
    int keys_sent;
};

extern struct call *calls;
extern int call_count;
void make_calls(struct kind *kinds, int kind_count);
/* Begins one; what becomes of it is told by `is_ready` and `has_failed`. */
void begin_call(struct call *call);
/* What time brings to calls that are being set up, and to those to whom they are handed over. */
void attend_calls(void);
/* The first ones of them. */
bool are_settled(int count);

/* What each side is to hear while it is measured. */
void expect_sound(void);

/* One party says BYE, if none has: the callee of odd calls, the caller of others. */
void end_call(struct call *call);
/* Whether both know by now. */
bool is_ended(struct call *call);
/* `call` failed by this status. */
void fail_call(struct call *call, int why);

/* Whether both are up and heard each other since then. */
bool hear_each_other(struct leg *one, struct leg *other, uint64_t since);
/* The other party that is in the call now; NULL: the exchange. */
struct leg *partner(struct leg *leg);
const char *name_of(const struct leg *leg);

#endif
