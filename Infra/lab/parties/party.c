#include "party.h"

#include <stdio.h>
#include <string.h>

#define MOST_PARTIES 2048
#define PATIENCE SECONDS(4)
/* It keeps a NAT's mapping, too. */
#define OFTEN SECONDS(5)

static struct party *parties[MOST_PARTIES];
static int party_count;

static outcome registration_answered;

void append_address(struct text *text, const struct party *p)
{
    append(text, "sip:%s@%s", p->who.user, p->role == PHONE ? p->domain : host_of(&p->way.here));
}

static void append_registration(struct text *request, struct party *p, const char *branch)
{
    struct text address = {0};
    append_address(&address, p);
    append(request, "REGISTER sip:%s SIP/2.0\r\nVia: SIP/2.0/%s %s:%u;branch=%s;rport\r\nMax-Forwards: 70\r\n", p->domain,
           protocol_of(&p->way), host_of(&p->way.here), port_of(&p->way.here), branch);
    append(request, "From: <%s>;tag=r%u\r\nTo: <%s>\r\nCall-ID: %s\r\nCSeq: %u REGISTER\r\n", address.data, p->cseq + 1,
           address.data, p->call_id, p->cseq + 1);
    append_contact(request, &p->way, p->who.user);
    append(request, "Expires: %u\r\n", p->leaves ? 0 : 3600);
}

/* With proof where it was asked for. */
static void register_phone(struct party *p, const struct message *challenge)
{
    struct text request = {0};
    char branch[BRANCH_LENGTH], uri[200];
    make_branch(branch);
    append_registration(&request, p, branch);
    snprintf(uri, sizeof uri, "sip:%s", p->domain);
    if (challenge && !append_proof(&request, challenge, &p->who, "REGISTER", uri))
        fail("%s is asked for a proof that it cannot give: %s", p->who.user, field(challenge, "WWW-Authenticate"));
    end_message(&request, NULL, NULL);
    p->cseq++;
    p->due = 0;
    stop_asking(p);
    ask(&p->way, &p->way.there, &request, "REGISTER", branch, PATIENCE, registration_answered, p);
}

/* Half of the time for which it counts. */
static uint64_t refresh_after(const struct message *response)
{
    char seconds[20] = "3600";
    const char *value;
    for (int i = 0; (value = field_number(response, "Contact", i)); i++) parameter(value, "expires", seconds, sizeof seconds);
    unsigned count = 0;
    sscanf(seconds, "%u", &count);
    return SECONDS(count > 2 ? count / 2 : 1);
}

static void registration_answered(void *context, const struct message *response, const struct endpoint *from)
{
    struct party *p = context;
    (void)from;
    if (p->leaves && (!response || response->status == 200)) p->is_registered = false;
    else if (!response) {
        p->due = now();
        reopen_way(&p->way);
    } else if (response->status < 200) return;
    else if (response->status == 200) {
        p->is_registered = true;
        p->refusals = p->way.failures = 0;
        p->way.missed_at = 0;
        p->due = now() + (p->registers_often ? OFTEN : refresh_after(response));
    } else if (response->status == 401 && p->refusals < 3) {
        p->refusals++;
        register_phone(p, response);
    } else {
        p->refusals = 0;
        p->due = now() + SECONDS(retry_after(response, 2));
    }
}

void open_party(struct party *p)
{
    if (party_count == MOST_PARTIES) fail("more than %d parties", MOST_PARTIES);
    parties[party_count++] = p;
    p->way.owner = p;
    snprintf(p->call_id, sizeof p->call_id, "register-%s-%llx", p->who.user, (unsigned long long)now());
    open_way(&p->way);
}

void way_opened(struct way *way)
{
    struct party *p = way->owner;
    if (p->role == PHONE) register_phone(p, NULL);
}

void way_lost(struct way *way)
{
    struct party *p = way->owner;
    p->is_registered = false;
}

void attend_parties(void)
{
    uint64_t at = now();
    for (int i = 0; i < party_count; i++) {
        struct party *p = parties[i];
        if (p->due && p->due <= at && p->way.state == OPEN) register_phone(p, NULL);
    }
}

bool are_all_registered(void)
{
    for (int i = 0; i < party_count; i++)
        if (parties[i]->role == PHONE && !parties[i]->is_registered) return false;
    return true;
}

void leave_all(void)
{
    for (int i = 0; i < party_count; i++) {
        struct party *p = parties[i];
        p->leaves = true;
        if (p->role == PHONE && p->is_registered && p->way.state == OPEN) register_phone(p, NULL);
        else p->is_registered = false;
    }
}

bool have_all_left(void)
{
    for (int i = 0; i < party_count; i++)
        if (parties[i]->is_registered) return false;
    return true;
}

unsigned connections_lost(void)
{
    unsigned lost = 0;
    for (int i = 0; i < party_count; i++) lost += parties[i]->way.losses;
    return lost;
}
