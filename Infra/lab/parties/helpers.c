#include "helpers.h"

#include "deeds.h"
#include "network.h"

#include <stddef.h>

#define MOST_VISITS 1024

/* NULL: nobody waits in a queue, or to be called back, nobody is there by IPv6. */
static struct party *agent, *back_caller, *visitor, *visitor6;
static struct leg *visits[MOST_VISITS];
static int visit_count;
struct leg *shifts[MOST_SHIFTS];
int shift_count;

static bool is_by_six(const struct kind *kind)
{
    return kind->caller->six || (kind->callee && kind->callee->six);
}

void make_helpers(const struct kind *kinds, int kind_count)
{
    visitor = helping_party(VISITOR, false);
    for (int i = 0; i < kind_count; i++) {
        if (kinds[i].state == QUEUED && !agent) agent = helping_party(AGENT, false);
        if (kinds[i].state == AWAITING && !back_caller) back_caller = helping_party(BACK_CALLER, false);
        if (is_by_six(&kinds[i]) && !visitor6) visitor6 = helping_party(VISITOR6, true);
    }
}

struct party *visitor_of(const struct leg *leg) { return is_six(&leg->party->way.here) ? visitor6 : visitor; }

struct party *listener_party(void)
{
    static struct party *listener;
    if (!listener) listener = helping_party(LISTENER, false);
    return listener;
}

/* By the usual codes. */
static void send_one(struct party *who, bool to_work)
{
    if (!who || shift_count == MOST_SHIFTS) return;
    struct leg *leg = shifts[shift_count++] = make_leg(NULL, who);
    invite(leg, to_work ? "*45" : "*46");
}

void send_agents(bool to_work)
{
    send_one(agent, to_work);
    send_one(back_caller, to_work);
}

struct leg *be_visited(struct party *party)
{
    return visit_count == MOST_VISITS ? NULL : (visits[visit_count++] = make_leg(NULL, party));
}

/* Who serves those who wait so; NULL: no helper of theirs alone. */
static struct party *server_of(enum state state)
{
    return state == QUEUED ? agent : state == AWAITING ? back_caller : NULL;
}

/* Nobody says in which call somebody is called, so it is the one that waits for it and in which both hear each other. */
static void look_whose_visit(struct leg *visit)
{
    bool serves = visit->party == agent || visit->party == back_caller;
    if (visit->party->role == CARRIER) return;
    for (int i = 0; i < call_count; i++) {
        /* Pitches are fewer than calls: those in a queue are its agent's, and no others are. */
        if (!awaits_somebody(&calls[i]) || server_of(calls[i].kind->state) != (serves ? visit->party : NULL)) continue;
        for (int place = CALLER; place <= CALLEE; place++)
            if (hear_each_other(visit, calls[i].legs[place], calls[i].step_begun)) {
                visit->call = &calls[i];
                calls[i].legs[THIRD] = visit;
                return;
            }
    }
}

void attend_visits(void)
{
    for (int i = 0; i < visit_count; i++)
        if (!visits[i]->call) look_whose_visit(visits[i]);
}
