/* What each side of every call does after the fault: one thing after the other, each answered in time or not. */
#ifndef DEEDS_H
#define DEEDS_H

#include "call.h"

/* "hold" */
const char *name_of_deed(enum deed deed);

/* What the call's sides are going to do, by the state in which the fault found it. */
void plan_deeds(struct call *call);
/* Whether a third party is to come into it now. */
bool awaits_somebody(const struct call *call);
/* Goes on with them; true: all are done. */
bool do_deeds(struct call *call);

#endif
