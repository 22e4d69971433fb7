#include "dialog.h"

#include <stdio.h>
#include <string.h>

static unsigned next_number(void)
{
    static unsigned number;
    return ++number;
}

static unsigned long long run(void)
{
    static uint64_t begun;
    if (!begun) begun = now();
    return begun;
}

static void set(char *to, size_t room, const char *from) { copy(to, room, from, strlen(from)); }

void begin_dialog(struct dialog *d, struct way *way, const char *user, const char *from, const char *to)
{
    memset(d, 0, sizeof *d);
    d->way = way;
    d->peer = way->there;
    set(d->user, sizeof d->user, user);
    snprintf(d->call_id, sizeof d->call_id, "call-%llx-%u@%s", run(), next_number(), host_of(&way->here));
    snprintf(d->local, sizeof d->local, "<%s>;tag=p%x", from, next_number());
    snprintf(d->remote, sizeof d->remote, "<%s>", to);
    set(d->target, sizeof d->target, to);
}

/* In the order in which they are passed; of a response the other way round. */
static void take_routes(struct dialog *d, const struct message *m, bool reversed)
{
    struct text routes = {0};
    int count = 0;
    while (field_number(m, "Record-Route", count)) count++;
    for (int i = 0; i < count; i++)
        append(&routes, "Route: %s\r\n", field_number(m, "Record-Route", reversed ? count - 1 - i : i));
    set(d->routes, sizeof d->routes, routes.data);
}

void accept_dialog(struct dialog *d, struct way *way, const char *user, const struct message *invite,
                   const struct endpoint *from)
{
    memset(d, 0, sizeof *d);
    d->way = way;
    d->peer = *from;
    set(d->user, sizeof d->user, user);
    set(d->call_id, sizeof d->call_id, invite->call_id);
    set(d->remote, sizeof d->remote, field(invite, "From"));
    snprintf(d->local, sizeof d->local, "%.200s;tag=p%x", field(invite, "To"), next_number());
    uri_in(field(invite, "Contact"), d->target, sizeof d->target);
    take_routes(d, invite, false);
}

void confirm_dialog(struct dialog *d, const struct message *response, const struct endpoint *from)
{
    set(d->remote, sizeof d->remote, field(response, "To"));
    uri_in(field(response, "Contact"), d->target, sizeof d->target);
    d->peer = *from;
    take_routes(d, response, true);
}

void follow(struct dialog *d, const struct message *request, const struct endpoint *from)
{
    uri_in(field(request, "Contact"), d->target, sizeof d->target);
    d->peer = *from;
}

bool is_of_dialog(const struct dialog *d, const struct message *m)
{
    char ours[64] = "", said[64] = "";
    if (strcmp(d->call_id, m->call_id)) return false;
    parameter(d->local, "tag", ours, sizeof ours);
    parameter(field(m, m->status ? "From" : "To"), "tag", said, sizeof said);
    return !strcmp(ours, said);
}

void append_contact(struct text *message, const struct way *way, const char *user)
{
    static const char *const transports[] = {"", ";transport=tcp", ";transport=tls"};
    append(message, "Contact: <sip:%s@%s:%u%s>\r\n", user, host_of(&way->here), port_of(&way->here), transports[way->transport]);
}

void begin_request(struct dialog *d, struct text *request, const char *method, unsigned number,
                   char branch[BRANCH_LENGTH])
{
    make_branch(branch);
    append(request, "%s %s SIP/2.0\r\n", method, d->target);
    append(request, "Via: SIP/2.0/%s %s:%u;branch=%s;rport\r\n", protocol_of(d->way), host_of(&d->way->here),
           port_of(&d->way->here), branch);
    append(request, "Max-Forwards: 70\r\n%sFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\n", d->routes, d->local, d->remote, d->call_id);
    append(request, "CSeq: %u %s\r\n", number ? number : ++d->cseq, method);
    append_contact(request, d->way, d->user);
}

void end_message(struct text *message, const char *type, const struct text *body)
{
    if (body) append(message, "Content-Type: %s\r\n", type);
    append(message, "Content-Length: %zu\r\n\r\n", body ? body->length : 0);
    if (body) append_bytes(message, body->data, body->length);
}

void begin_response(struct text *response, const struct message *request, int status, const char *reason,
                    const char *local)
{
    const char *value;
    append(response, "SIP/2.0 %d %s\r\n", status, reason);
    for (int i = 0; (value = field_number(request, "Via", i)); i++) append(response, "Via: %s\r\n", value);
    for (int i = 0; (value = field_number(request, "Record-Route", i)); i++) append(response, "Record-Route: %s\r\n", value);
    append(response, "From: %s\r\nTo: %s\r\n", field(request, "From"), local ? local : field(request, "To"));
    append(response, "Call-ID: %s\r\nCSeq: %u %s\r\n", request->call_id, request->cseq, request->method);
}
