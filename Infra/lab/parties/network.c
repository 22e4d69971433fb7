#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Phones by UDP have ports from here on, so that a second run is at the same places. */
#define FIRST_PORT 20000
#define CARRIER_PORT 5060

struct network network;

static struct party *make_party(enum role role, enum transport transport, const struct place *place, bool six)
{
    struct party *p = calloc(1, sizeof *p);
    const char *here = six ? place->six : place->four;
    if (!p) fail("no memory");
    if (!here) fail("nothing is said of %s addresses of %s", six ? "IPv6" : "IPv4", place->name);
    p->role = role;
    p->domain = network.domain;
    p->way.transport = transport;
    p->way.place = place;
    p->way.server_name = network.domain;
    p->way.here = endpoint(here, 0);
    return p;
}

static void lead_to(struct party *p, const char *ip)
{
    if (!ip || p->way.target_count == 2) return;
    p->way.targets[p->way.target_count++] = endpoint(ip, p->way.transport == TLS ? 5061 : 5060);
}

static struct party *carrier(bool six)
{
    static struct party *carriers[2];
    if (carriers[six]) return carriers[six];
    struct party *p = carriers[six] = make_party(CARRIER, UDP, &network.outside, six);
    p->way.here = endpoint(ip_of(&p->way.here), CARRIER_PORT);
    lead_to(p, six ? network.trunks6 : network.trunks);
    snprintf(p->who.user, sizeof p->who.user, "carrier");
    open_party(p);
    return p;
}

static struct party *make_phone(const struct side *side, int number)
{
    struct party *p = make_party(PHONE, side->transport, side->is_inside ? &network.inside : &network.outside, side->six);
    if (side->transport == UDP) p->way.here = endpoint(ip_of(&p->way.here), (unsigned)(FIRST_PORT + number));
    lead_to(p, side->six ? network.phones6 : network.phones);
    if (!side->six) lead_to(p, network.standby);
    p->registers_often = side->class == 'R';
    snprintf(p->who.user, sizeof p->who.user, "%d", FIRST_USER + number);
    snprintf(p->who.password, sizeof p->who.password, "%.30s%s", network.secret, p->who.user);
    open_party(p);
    return p;
}

struct party *party_for(const struct side *side)
{
    static int phones;
    return side->role == CARRIER ? carrier(side->six) : make_phone(side, phones++);
}

struct party *helping_party(int number, bool six)
{
    const struct side side = {.class = 'R', .role = PHONE, .transport = UDP, .six = six};
    return make_phone(&side, number);
}
