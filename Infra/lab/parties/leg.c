#include "leg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LEGS 4096
/* What is asked within a call has to be answered by then. */
#define PATIENCE SECONDS(8)
#define CALL_PATIENCE SECONDS(32)

static struct leg *legs[MOST_LEGS];
static int leg_count;
static struct leg_listener listener;

static outcome invite_answered, request_answered;

void listen_to_legs(struct leg_listener to) { listener = to; }

struct leg *make_leg(struct call *call, struct party *party)
{
    struct leg *leg = calloc(1, sizeof *leg);
    if (!leg || leg_count == MOST_LEGS) fail("more than %d legs", MOST_LEGS);
    leg->call = call;
    leg->party = party;
    leg->stream = open_stream(party->way.place, is_six(&party->way.here), party->way.transport == TLS);
    legs[leg_count++] = leg;
    return leg;
}

/* MARK: - Descriptions */

static void append_offer(struct leg *leg, struct text *body, enum direction direction)
{
    struct description ours = describe(leg->stream);
    ours.direction = direction;
    append_description(body, &ours, ++leg->version);
}

/* What the other side says of its sound; who holds, or whose other side holds, says nothing. */
static void take_description(struct leg *leg, const struct message *m)
{
    struct description theirs;
    if (!read_description(m->body, &theirs)) return;
    direct(leg->stream, &theirs);
    let_speak(leg->stream, !leg->is_holding && (theirs.direction == SENDRECV || theirs.direction == RECVONLY));
}

/* MARK: - Calling */

static void send_invite(struct leg *leg, const struct message *challenge)
{
    struct text request = {0}, body = {0};
    char branch[BRANCH_LENGTH];
    begin_request(&leg->dialog, &request, "INVITE", 0, branch);
    leg->invite = leg->dialog.cseq;
    if (challenge && !append_proof(&request, challenge, &leg->party->who, "INVITE", leg->dialog.target))
        fail("%s is asked for a proof that it cannot give", leg->party->who.user);
    append(&request, "Allow: INVITE, ACK, CANCEL, BYE, INFO, UPDATE, REFER, NOTIFY\r\nSupported: timer\r\n");
    append_offer(leg, &body, SENDRECV);
    end_message(&request, "application/sdp", &body);
    ask(&leg->party->way, &leg->dialog.peer, &request, "INVITE", branch, CALL_PATIENCE, invite_answered, leg);
}

void invite(struct leg *leg, const char *number)
{
    struct party *p = leg->party;
    struct text from = {0}, to = {0};
    snprintf(leg->number, sizeof leg->number, "%s", number);
    append_address(&from, p);
    if (p->role == PHONE) append(&to, "sip:%s@%s", number, p->domain);
    else append(&to, "sip:%s@%s:%u", number, host_of(&p->way.there), port_of(&p->way.there));
    begin_dialog(&leg->dialog, &p->way, p->who.user, from.data, to.data);
    leg->phase = CALLING;
    send_invite(leg, NULL);
}

static void acknowledge(struct leg *leg, unsigned number)
{
    struct text request = {0};
    char branch[BRANCH_LENGTH];
    begin_request(&leg->dialog, &request, "ACK", number, branch);
    end_message(&request, NULL, NULL);
    send_by(&leg->party->way, &leg->dialog.peer, &request);
}

static void progress(struct leg *leg, const struct message *m)
{
    if (leg->phase != CALLING || m->status == 100) return;
    if (m->status == 183 && *m->body) {
        leg->is_early = true;
        take_description(leg, m);
    }
    listener.progressed(leg, m->status);
}

static void invite_answered(void *context, const struct message *m, const struct endpoint *from)
{
    struct leg *leg = context;
    if (m && m->status < 200) progress(leg, m);
    else if (m && m->status < 300) {
        if (leg->phase == CALLING) {
            confirm_dialog(&leg->dialog, m, from);
            take_description(leg, m);
            leg->phase = UP;
            leg->up_at = now();
            acknowledge(leg, m->cseq);
            listener.answered(leg);
        } else acknowledge(leg, m->cseq);
    } else if (m && (m->status == 401 || m->status == 407) && leg->dialog.cseq == 1) send_invite(leg, m);
    else if (leg->phase == CALLING) {
        leg->phase = GONE;
        listener.refused(leg, m ? m->status : 408);
    }
}

/* MARK: - Being called */

static void respond(struct leg *leg, const struct message *request, const struct endpoint *to, int status,
                    const char *reason, const struct text *body)
{
    struct text response = {0};
    begin_response(&response, request, status, reason, leg->dialog.local);
    append_contact(&response, &leg->party->way, leg->party->who.user);
    append(&response, "Allow: INVITE, ACK, CANCEL, BYE, INFO, UPDATE, REFER, NOTIFY\r\n");
    end_message(&response, "application/sdp", body);
    answer(&leg->party->way, to, request, &response);
}

/* A body that answers the offer, or, where there is none, makes one (RFC 3261 section 13.3.1). */
static void answer_offer(struct leg *leg, const struct message *request, struct text *body)
{
    struct description theirs;
    bool has_offer = read_description(request->body, &theirs);
    take_description(leg, request);
    append_offer(leg, body, has_offer ? answer_to(theirs.direction, leg->is_holding)
                                      : leg->is_holding ? SENDONLY : SENDRECV);
}

void ring(struct leg *leg) { respond(leg, leg->alert, &leg->alert_from, 180, "Ringing", NULL); }

void play_early(struct leg *leg)
{
    struct text body = {0};
    answer_offer(leg, leg->alert, &body);
    leg->is_early = true;
    respond(leg, leg->alert, &leg->alert_from, 183, "Session Progress", &body);
}

void pick_up(struct leg *leg)
{
    struct text body = {0};
    if (leg->phase != ALERTED) return;
    answer_offer(leg, leg->alert, &body);
    leg->phase = UP;
    leg->up_at = now();
    respond(leg, leg->alert, &leg->alert_from, 200, "OK", &body);
}

static void be_called(struct way *way, const struct endpoint *from, const struct message *request)
{
    struct party *p = way->owner;
    struct leg *leg = leg_called(p, request->uri);
    /* Called anew before it was called off. */
    if (leg && leg->phase == ALERTED) respond(leg, leg->alert, &leg->alert_from, 487, "Request Terminated", NULL);
    else if (!leg || leg->phase != IDLE) {
        struct text response = {0};
        begin_response(&response, request, leg ? 486 : 404, leg ? "Busy Here" : "Not Found", NULL);
        end_message(&response, NULL, NULL);
        answer(way, from, request, &response);
        return;
    }
    accept_dialog(&leg->dialog, way, p->who.user, request, from);
    if (!leg->alert && !(leg->alert = malloc(sizeof *leg->alert))) fail("no memory");
    *leg->alert = *request;
    /* Its parts lie within its text. */
    ptrdiff_t moved = leg->alert->text - request->text;
    leg->alert->uri += moved;
    leg->alert->body += moved;
    for (int i = 0; i < leg->alert->count; i++) {
        leg->alert->fields[i].name += moved;
        leg->alert->fields[i].value += moved;
    }
    leg->alert_from = *from;
    leg->phase = ALERTED;
    listener.alerted(leg);
}

/* Called off: whoever wants it called calls it anew. */
static void be_called_off(struct leg *leg, const struct endpoint *from, const struct message *request)
{
    respond(leg, request, from, 200, "OK", NULL);
    /* Of the INVITE that it names (RFC 3261 section 9.2): there may be a newer one. */
    if (leg->phase != ALERTED || strcmp(leg->alert->branch, request->branch)) return;
    respond(leg, leg->alert, &leg->alert_from, 487, "Request Terminated", NULL);
    leg->phase = IDLE;
    leg->was_called_off = true;
}

/* MARK: - Within the dialog */

static void finish(struct leg *leg, int status, const struct message *m)
{
    told *told = leg->told;
    leg->told = NULL;
    if (told) told(leg, status, m);
}

static void request_answered(void *context, const struct message *m, const struct endpoint *from)
{
    struct leg *leg = context;
    bool is_invite = m && !strcmp(m->method, "INVITE");
    (void)from;
    if (m && m->status < 200) return;
    if (is_invite && m->status < 300) {
        acknowledge(leg, m->cseq);
        if (!leg->told) return;
        take_description(leg, m);
    }
    if (m && m->cseq != leg->dialog.cseq) return;
    finish(leg, m && m->status < 300 ? 0 : m ? m->status : 408, m);
}

static void request(struct leg *leg, const char *method, const char *fields, const char *type, const struct text *body,
                    told *told)
{
    struct text request = {0};
    char branch[BRANCH_LENGTH];
    begin_request(&leg->dialog, &request, method, 0, branch);
    append(&request, "%s", fields);
    end_message(&request, type, body);
    leg->told = told;
    ask(&leg->party->way, &leg->dialog.peer, &request, method, branch, PATIENCE, request_answered, leg);
}

void hold(struct leg *leg, bool holds, told *told)
{
    struct text body = {0};
    leg->is_holding = holds;
    append_offer(leg, &body, holds ? SENDONLY : SENDRECV);
    if (holds) let_speak(leg->stream, false);
    request(leg, "INVITE", "", "application/sdp", &body, told);
}

void send_digit(struct leg *leg, char digit, told *told)
{
    struct text body = {0};
    append(&body, "Signal=%c\r\nDuration=160\r\n", digit);
    request(leg, "INFO", "", "application/dtmf-relay", &body, told);
}

void record(struct leg *leg, told *told) { request(leg, "INFO", "Record: on\r\n", NULL, NULL, told); }

void refresh(struct leg *leg, told *told)
{
    request(leg, "UPDATE", "Supported: timer\r\nSession-Expires: 1800;refresher=uac\r\n", NULL, NULL, told);
}

void transfer(struct leg *leg, const char *number, told *told)
{
    char fields[300];
    leg->handed_over = 0;
    snprintf(fields, sizeof fields, "Refer-To: <sip:%s@%s>\r\n", number, leg->party->domain);
    request(leg, "REFER", fields, NULL, NULL, told);
}

void hang_up(struct leg *leg, told *told)
{
    leg->phase = LEAVING;
    let_speak(leg->stream, false);
    request(leg, "BYE", "", NULL, NULL, told);
}

static struct leg *leg_of(struct party *p, const struct message *m)
{
    for (int i = leg_count - 1; i >= 0; i--)
        if (legs[i]->party == p && is_of_dialog(&legs[i]->dialog, m)) return legs[i];
    return NULL;
}

static void be_invited_again(struct leg *leg, const struct endpoint *from, const struct message *m)
{
    struct text body = {0};
    follow(&leg->dialog, m, from);
    answer_offer(leg, m, &body);
    respond(leg, m, from, 200, "OK", &body);
}

static void be_left(struct leg *leg, const struct endpoint *from, const struct message *m)
{
    respond(leg, m, from, 200, "OK", NULL);
    let_speak(leg->stream, false);
    if (leg->phase == GONE) return;
    leg->phase = GONE;
    leg->left_at = now();
    listener.ended(leg);
}

void take_request(struct way *way, const struct endpoint *from, const struct message *m)
{
    struct leg *leg = leg_of(way->owner, m);
    bool is_new = !has_tag(field(m, "To"));
    if (!strcmp(m->method, "ACK")) {
        acknowledged(m->call_id, m->cseq);
        if (leg && *m->body) take_description(leg, m);
        return;
    }
    if (is_repeated(way, from, m)) return;
    if (!strcmp(m->method, "CANCEL")) {
        for (int i = 0; i < leg_count; i++)
            if (legs[i]->party == way->owner && legs[i]->phase == ALERTED &&
                !strcmp(legs[i]->dialog.call_id, m->call_id))
                leg = legs[i];
        if (leg) {
            be_called_off(leg, from, m);
            return;
        }
    }
    if (is_new && !strcmp(m->method, "INVITE")) {
        be_called(way, from, m);
        return;
    }
    if (!leg) {
        struct text response = {0};
        bool is_asked = !strcmp(m->method, "OPTIONS") || !strcmp(m->method, "NOTIFY");
        begin_response(&response, m, is_asked ? 200 : 481, is_asked ? "OK" : "Call/Transaction Does Not Exist", NULL);
        end_message(&response, NULL, NULL);
        answer(way, from, m, &response);
        return;
    }
    if (!strcmp(m->method, "INVITE")) be_invited_again(leg, from, m);
    else if (!strcmp(m->method, "BYE")) be_left(leg, from, m);
    else {
        if (!strcmp(m->method, "NOTIFY") && sscanf(m->body, "SIP/2.0 %d", &leg->handed_over) == 1 && leg->handed_over < 200)
            leg->handed_over = 0;
        respond(leg, m, from, 200, "OK", NULL);
    }
}
