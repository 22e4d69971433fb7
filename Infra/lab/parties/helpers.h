/* Phones that are of no call of the plan: calls are handed over to them, they take what is parked, and serve the queue. */
#ifndef HELPERS_H
#define HELPERS_H

#include "call.h"

/* Those that the plan has work for. */
void make_helpers(const struct kind *kinds, int kind_count);

/* To whom this party hands its call over, and who takes it where it is parked. */
struct party *visitor_of(const struct leg *leg);

/* The phone whose user hears messages, as often at once as there are calls for it. */
struct party *listener_party(void);

/* Who serves the queues comes to work, or leaves it: by calls of its own. */
void send_agents(bool to_work);
#define MOST_SHIFTS 4
extern struct leg *shifts[MOST_SHIFTS];
extern int shift_count;

/* A leg for a call that comes to a helper, or from a stranger to the carrier; NULL: there were too many. */
struct leg *be_visited(struct party *party);
/* Finds out in which calls the helpers are. */
void attend_visits(void);

#endif
