#include "plan.h"

#include <string.h>

static const struct side sides[] = {
    {"carrier", "UDP", 'M', CARRIER, UDP, false, false},
    {"carrier6", "UDP, IPv6", 'M', CARRIER, UDP, true, false},
    {"udp", "UDP", 'M', PHONE, UDP, false, false},
    {"tcp", "TCP", 'R', PHONE, TCP, false, false},
    {"tls", "TLS, SRTP", 'R', PHONE, TLS, false, false},
    {"udp6", "UDP, IPv6", 'M', PHONE, UDP, true, false},
    {"nat", "UDP, NAT", 'R', PHONE, UDP, false, true},
};

/* In the order of `enum state`. */
static const char *const states[] = {"talking", "held", "ringing", "early", "recorded", "parked", "queued",
                                     "choosing", "conferring", "speaking", "following", "awaiting", "paged", "hearing"};

static const struct side *side_named(const char *name)
{
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        if (!strcmp(sides[i].name, name)) return &sides[i];
    return NULL;
}

static void read_line(const char *line, struct kind *kind)
{
    char caller[16], callee[16], state[16];
    memset(kind, 0, sizeof *kind);
    if (sscanf(line, "%63s %d %15s %15s %15s %39s", kind->name, &kind->count, caller, callee, state, kind->number) < 5)
        fail("no NAME COUNT CALLER CALLEE STATE [NUMBER]: %s", line);
    kind->caller = side_named(caller);
    kind->callee = side_named(callee);
    if (!kind->caller || (!kind->callee && strcmp(callee, "-"))) fail("%s: no such side, or no caller", line);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i], state)) {
            kind->state = (enum state)i;
            return;
        }
    fail("%s: no such state", line);
}

int read_plan(const char *path, struct kind kinds[MOST_KINDS])
{
    char line[300];
    int count = 0;
    FILE *file = fopen(path, "r");
    if (!file) fail("%s: %m", path);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\n")] = 0;
        if (!line[strspn(line, " ")]) continue;
        if (count == MOST_KINDS) fail("more than %d kinds", MOST_KINDS);
        read_line(line, &kinds[count++]);
    }
    fclose(file);
    return count;
}

const char *name_of_state(enum state state) { return states[state]; }

void append_transports(struct text *text, const struct kind *kind)
{
    const struct side *caller = kind->caller, *callee = kind->callee;
    bool both = callee && caller->role == callee->role;
    append(text, "%s", (caller->role == CARRIER && callee ? callee : caller)->reported);
    if (both && caller != callee) append(text, "/%s", callee->reported);
}

char class_of(const struct kind *kind)
{
    return kind->caller->class == 'R' || (kind->callee && kind->callee->class == 'R') ? 'R' : 'M';
}
