#include "transaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T1 MILLISECONDS(500)
#define T2 SECONDS(4)
#define LINGERING SECONDS(10)
#define MOST_ANSWERS 4096

struct transaction {
    struct transaction *next;
    struct way *way;
    struct endpoint to;
    struct text request;
    char method[16], branch[BRANCH_LENGTH];
    outcome *outcome;
    void *context;
    uint64_t repeat, interval, deadline; /* 0: never */
    bool is_done;
};

/* An answer, which is said again when its request is. */
struct answered {
    struct way *way;
    struct endpoint to;
    char branch[128], method[16], call_id[160];
    unsigned cseq;
    uint64_t repeat, interval, deadline; /* 0: is not said by itself */
    struct text response;
};

static struct transaction *transactions;
static struct answered answers[MOST_ANSWERS];
static int next_answer;

void make_branch(char branch[BRANCH_LENGTH])
{
    static unsigned number;
    static uint64_t run;
    if (!run) run = now();
    snprintf(branch, BRANCH_LENGTH, "z9hG4bK%llx-%u", (unsigned long long)run, ++number);
}

/* MARK: - Who asks */

void ask(struct way *way, const struct endpoint *to, const struct text *request, const char *method,
         const char branch[BRANCH_LENGTH], uint64_t patience, outcome *outcome, void *context)
{
    struct transaction *t = calloc(1, sizeof *t);
    if (!t) fail("no memory");
    *t = (struct transaction){.next = transactions, .way = way, .to = *to, .request = *request,
                              .outcome = outcome, .context = context, .interval = T1,
                              .repeat = way->transport == UDP ? now() + T1 : 0, .deadline = now() + patience};
    copy(t->method, sizeof t->method, method, strlen(method));
    copy(t->branch, sizeof t->branch, branch, strlen(branch));
    transactions = t;
    send_by(way, to, request);
}

void stop_asking(const void *context)
{
    for (struct transaction *t = transactions; t; t = t->next)
        if (t->context == context) t->outcome = NULL;
}

static void tell(struct transaction *t, const struct message *response, const struct endpoint *from)
{
    if (t->outcome) t->outcome(t->context, response, from);
}

/* Of the same transaction: with its Via and its route (RFC 3261 section 17.1.1.3). */
static void acknowledge_refusal(struct transaction *t, const struct message *response)
{
    static struct message request;
    struct text ack = {0};
    if (!parse(&request, t->request.data, t->request.length)) return;
    append(&ack, "ACK %s SIP/2.0\r\nVia: %s\r\nMax-Forwards: 70\r\n", request.uri, field(&request, "Via"));
    if (field(&request, "Route")) append(&ack, "Route: %s\r\n", field(&request, "Route"));
    append(&ack, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u ACK\r\nContent-Length: 0\r\n\r\n",
           field(&request, "From"), field(response, "To"), request.call_id, request.cseq);
    send_by(t->way, &t->to, &ack);
}

void take_response(struct way *way, const struct endpoint *from, const struct message *response)
{
    (void)way;
    for (struct transaction *t = transactions; t; t = t->next) {
        if (strcmp(t->branch, response->branch) || strcmp(t->method, response->method)) continue;
        bool is_invite = !strcmp(t->method, "INVITE");
        if (is_invite && response->status >= 300) acknowledge_refusal(t, response);
        if (t->is_done && (response->status < 200 || response->status >= 300)) return;
        if (response->status < 200) {
            if (is_invite) t->repeat = 0;
            else t->interval = T2;
            if (response->status > 100) t->deadline = 0;
        } else if (!t->is_done) {
            t->is_done = true;
            t->repeat = 0;
            t->deadline = now() + LINGERING;
        } else if (!is_invite) return;
        tell(t, response, from);
        return;
    }
}

static void repeat_request(struct transaction *t)
{
    bool is_invite = !strcmp(t->method, "INVITE");
    t->interval = is_invite || t->interval * 2 < T2 ? t->interval * 2 : T2;
    t->repeat = now() + t->interval;
    send_by(t->way, &t->to, &t->request);
}

static void attend_requests(uint64_t at)
{
    for (struct transaction **link = &transactions, *t; (t = *link);) {
        if (t->deadline && t->deadline <= at) {
            *link = t->next;
            if (!t->is_done) tell(t, NULL, NULL);
            free(t);
            continue;
        }
        if (t->repeat && t->repeat <= at) repeat_request(t);
        link = &t->next;
    }
}

/* MARK: - Who is asked */

void answer(struct way *way, const struct endpoint *to, const struct message *request, const struct text *response)
{
    struct answered *a = &answers[next_answer++ % MOST_ANSWERS];
    int status = atoi(response->data + 8);
    *a = (struct answered){.way = way, .to = *to, .cseq = request->cseq, .response = *response};
    copy(a->branch, sizeof a->branch, request->branch, strlen(request->branch));
    copy(a->method, sizeof a->method, request->method, strlen(request->method));
    copy(a->call_id, sizeof a->call_id, request->call_id, strlen(request->call_id));
    if (!strcmp(a->method, "INVITE") && status >= 200 && status < 300) {
        a->interval = T1;
        a->repeat = now() + T1;
        a->deadline = now() + 64 * T1;
    }
    send_by(way, to, response);
}

void acknowledged(const char *call_id, unsigned cseq)
{
    for (int i = 0; i < MOST_ANSWERS; i++)
        if (answers[i].deadline && answers[i].cseq == cseq && !strcmp(answers[i].call_id, call_id)) answers[i].deadline = 0;
}

bool is_repeated(struct way *way, const struct endpoint *from, const struct message *request)
{
    for (int i = 0; i < MOST_ANSWERS; i++) {
        /* The latest of several answers to one request. */
        struct answered *a = &answers[(next_answer + MOST_ANSWERS - 1 - i) % MOST_ANSWERS];
        if (!a->way) return false;
        if (a->cseq != request->cseq || strcmp(a->method, request->method) || strcmp(a->branch, request->branch)) continue;
        if (strcmp(a->call_id, request->call_id)) continue;
        send_by(way, from, &a->response);
        return true;
    }
    return false;
}

static void attend_answers(uint64_t at)
{
    for (int i = 0; i < MOST_ANSWERS; i++) {
        struct answered *a = &answers[i];
        if (!a->deadline || a->repeat > at) continue;
        if (a->deadline <= at) {
            a->deadline = 0;
            continue;
        }
        a->interval = a->interval * 2 < T2 ? a->interval * 2 : T2;
        a->repeat = at + a->interval;
        send_by(a->way, &a->to, &a->response);
    }
}

void attend_transactions(void)
{
    uint64_t at = now();
    attend_requests(at);
    attend_answers(at);
}
