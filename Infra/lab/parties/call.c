#include "call.h"

#include "helpers.h"
#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call *calls;
int call_count;
/* What a carrier is asked for is so much more than the call's number. */
#define FIRST_CALLED 447400000000ll
/* Until then a call is as it is to be, or it failed. */
#define READY_PATIENCE SECONDS(40)
/* Where users are looked for who follow: so much behind the first, and the numbers of calls are fewer. */
#define FOLLOWED 5000
/* And who is rung for them next, without being asked. */
#define FOLLOWED_NEXT 6000
#define CALLBACK_KEY '8'

static struct leg_listener listener;

void make_calls(struct kind *kinds, int kind_count)
{
    for (int i = 0; i < kind_count; i++) call_count += kinds[i].count;
    if (!(calls = calloc((size_t)call_count, sizeof *calls))) fail("no memory");
    listen_to_legs(listener);
    struct call *call = calls;
    for (int i = 0; i < kind_count; i++)
        for (int j = 0; j < kinds[i].count; j++, call++) {
            call->kind = &kinds[i];
            call->number = j;
            call->ordinal = (int)(call - calls);
            call->legs[CALLER] = make_leg(call, kinds[i].state == HEARING ? listener_party() : party_for(kinds[i].caller));
            if (kinds[i].state == PAGED) call->legs[CALLEE] = make_leg(call, helping_party(FIRST_PAGED + j, false));
            else if (kinds[i].callee) call->legs[CALLEE] = make_leg(call, party_for(kinds[i].callee));
            if (kinds[i].state == AWAITING) call->legs[CALLEE] = make_leg(call, call->legs[CALLER]->party);
            for (int place = CALLER; place <= CALLEE; place++) {
                struct leg *leg = call->legs[place];
                if (leg && leg->party->role == PHONE) leg->party->leg = leg;
            }
        }
    make_helpers(kinds, kind_count);
}

void fail_call(struct call *call, int why)
{
    if (call->has_failed || call->is_over) return;
    call->has_failed = true;
    call->why = why;
}

const char *name_of(const struct leg *leg)
{
    return leg == leg->call->legs[CALLER] ? "caller" : leg == leg->call->legs[CALLEE] ? "callee" : "third";
}

struct leg *partner(struct leg *leg)
{
    for (int i = 0; i < PLACES; i++) {
        struct leg *other = leg->call->legs[i];
        if (other && other != leg && other->phase == UP) return other;
    }
    return NULL;
}

static struct leg *phone_of(struct call *call)
{
    return call->legs[CALLER]->party->role == PHONE ? call->legs[CALLER] : call->legs[CALLEE];
}

/* MARK: - Being set up */

/* Whom the caller asks for. */
static void called_number(const struct call *call, char number[64])
{
    const struct kind *kind = call->kind;
    if (kind->state == FOLLOWING || kind->state == PAGED) snprintf(number, 64, "%s%d", kind->number, 10 + call->number);
    else if (kind->state == CONFERRING) snprintf(number, 64, "%s%d", kind->number, 10 + call->number / 3);
    else if (!kind->callee) snprintf(number, 64, "%s", kind->number);
    else if (kind->callee->role == CARRIER) snprintf(number, 64, "0%lld", FIRST_CALLED - 440000000000ll + call->ordinal);
    else if (kind->caller->role == CARRIER)
        snprintf(number, 64, "+4420%08d", atoi(call->legs[CALLEE]->party->who.user) - FIRST_USER);
    else snprintf(number, 64, "%s", call->legs[CALLEE]->party->who.user);
}

void begin_call(struct call *call)
{
    char number[64];
    called_number(call, number);
    call->is_begun = true;
    call->begun = now();
    invite(call->legs[CALLER], number);
}

struct leg *leg_called(struct party *party, const char *uri)
{
    if (party->leg) return party->leg;
    const char *user = strchr(uri, ':');
    long long ordinal = user ? atoll(user + 1 + (user[1] == '+')) - FIRST_CALLED : -1;
    bool is_planned = party->role == CARRIER && ordinal >= 0 && ordinal < call_count;
    for (int i = 0; i < call_count && party->role == CARRIER; i++)
        if (calls[i].kind->state == FOLLOWING) {
            if (ordinal == FOLLOWED + calls[i].number) return calls[i].legs[CALLEE];
            if (ordinal != FOLLOWED_NEXT + calls[i].number) continue;
            if (!calls[i].legs[THIRD]) calls[i].legs[THIRD] = make_leg(&calls[i], party);
            return calls[i].legs[THIRD];
        }
    return is_planned ? calls[ordinal].legs[CALLEE] : be_visited(party);
}

static void alerted(struct leg *leg)
{
    enum state state = leg->call ? leg->call->kind->state : TALKING;
    if (leg->call && leg->call->is_answering) state = TALKING;
    if (state == EARLY) {
        play_early(leg);
        return;
    }
    ring(leg);
    if (state != RINGING) pick_up(leg);
}

static void progressed(struct leg *leg, int status) { leg->hears_ringing |= status == 180; }

static void was_prepared(struct leg *leg, int status, const struct message *m)
{
    (void)m;
    if (status == 491) leg->again_at = now() + MILLISECONDS(300);
    else if (status) fail_call(leg->call, status);
    else leg->call->is_ready = leg->call->kind->state != PARKED;
}

/* What makes a call that is up what it is to be. */
static void prepare(struct call *call)
{
    char place[64];
    switch (call->kind->state) {
    case HELD: hold(call->legs[CALLER], true, was_prepared); break;
    case RECORDED: record(phone_of(call), was_prepared); break;
    /* Who has heard the greeting often enough. */
    case SPEAKING: send_digit(call->legs[CALLER], '5', was_prepared); break;
    case PARKED:
        snprintf(place, sizeof place, "%s%02d", call->kind->number, 10 + call->number);
        transfer(call->legs[CALLEE], place, was_prepared);
        break;
    default: break;
    }
}

/* While its other party is busy with something else it is refused for now. */
static void prepare_again(struct call *call)
{
    for (int place = CALLER; place <= CALLEE; place++) {
        struct leg *leg = call->legs[place];
        if (!leg || !leg->again_at || leg->again_at > now()) continue;
        leg->again_at = 0;
        prepare(call);
    }
}

static void answered(struct leg *leg)
{
    if (leg->call && leg == leg->call->legs[CALLER]) prepare(leg->call);
}

static void refused(struct leg *leg, int status)
{
    if (leg->call) fail_call(leg->call, status);
}

/* What was waited for comes later, or there is somebody else to ask. */
static bool lets_go(struct leg *leg)
{
    struct call *call = leg->call;
    switch (call->kind->state) {
    case AWAITING: return leg == call->legs[CALLER] && call->keys_sent;
    case FOLLOWING: return call->was_let_go = leg == call->legs[CALLEE] && call->legs[CALLER]->phase == CALLING;
    case HEARING: return call->was_let_go = call->is_ready;
    default: return false;
    }
}

/* A transferor is let go; anybody else who is left without having asked for it was lost. */
static void ended(struct leg *leg)
{
    struct call *call = leg->call;
    if (!call || call->hangs_up) return;
    bool hands_over = (call->was_transferred && leg == call->legs[call->transferred_by]) ||
        (call->kind->state == PARKED && leg == call->legs[CALLEE]);
    if (!hands_over && !lets_go(leg)) fail_call(call, 1);
}

static struct leg_listener listener = {alerted, progressed, answered, refused, ended};

bool hear_each_other(struct leg *one, struct leg *other, uint64_t since)
{
    return one && other && one->phase == UP && other->phase == UP && has_heard(one->stream, other->stream, since) &&
        has_heard(other->stream, one->stream, since);
}

static void key_was_heard(struct leg *leg, int status, const struct message *m)
{
    (void)m;
    if (status) fail_call(leg->call, status);
}

/* Keys that are due, the first a while after the answer, and all once more where nothing came of it. */
static void press_keys(struct call *call, const char *keys, uint64_t again)
{
    struct leg *leg = call->legs[CALLER];
    int count = (int)strlen(keys);
    if (leg->phase != UP || leg->told) return;
    if (!call->key_at) call->key_at = leg->up_at + MILLISECONDS(1600);
    if (call->key_at > now()) return;
    send_digit(leg, keys[call->keys_sent++ % count], key_was_heard);
    call->key_at = now() + (call->keys_sent % count ? MILLISECONDS(1500) : again);
}

static void look_whether_ready(struct call *call)
{
    struct leg *caller = call->legs[CALLER], *callee = call->legs[CALLEE];
    uint64_t lately = now() - MILLISECONDS(200);
    switch (call->kind->state) {
    case TALKING: call->is_ready = hear_each_other(caller, callee, lately); break;
    case RINGING: call->is_ready = caller->hears_ringing && callee->phase == ALERTED; break;
    case EARLY: call->is_ready = caller->is_early && has_heard(caller->stream, callee->stream, lately); break;
    case PARKED:
        if (callee->handed_over >= 300) fail_call(call, callee->handed_over);
        if (callee->handed_over && callee->phase == UP && !callee->told) hang_up(callee, NULL);
        call->is_ready = callee->phase != UP && has_heard(caller->stream, NULL, lately);
        break;
    case QUEUED: case CHOOSING: case CONFERRING:
        call->is_ready = caller->phase == UP && has_heard(caller->stream, NULL, lately);
        break;
    case FOLLOWING:
        call->is_ready = caller->hears_ringing && callee->phase == UP && has_heard(callee->stream, NULL, lately);
        break;
    case PAGED:
        call->is_ready = caller->phase == UP && callee->phase == UP && has_heard(callee->stream, caller->stream, lately);
        break;
    case AWAITING:
        press_keys(call, (char[]){CALLBACK_KEY, '1', 0}, SECONDS(8));
        call->is_ready = caller->phase == GONE;
        break;
    case HEARING:
        press_keys(call, "1", SECONDS(11));
        call->is_ready = hears_message(caller->stream, lately);
        break;
    case HELD: case RECORDED: case SPEAKING: break; /* told when it is asked for */
    }
}

void attend_calls(void)
{
    for (int i = 0; i < call_count; i++)
        if (calls[i].is_begun && !calls[i].is_ready && !calls[i].has_failed) {
            prepare_again(&calls[i]);
            look_whether_ready(&calls[i]);
            if (now() > calls[i].begun + READY_PATIENCE) fail_call(&calls[i], 408);
        }
    attend_visits();
}

bool are_settled(int count)
{
    for (int i = 0; i < count; i++)
        if (!calls[i].is_ready && !calls[i].has_failed) return false;
    return true;
}

void expect_sound(void)
{
    for (int i = 0; i < call_count; i++) {
        struct leg *caller = calls[i].legs[CALLER], *callee = calls[i].legs[CALLEE];
        enum state state = calls[i].has_failed ? RINGING : calls[i].kind->state;
        if (state == TALKING) expect(callee->stream, PEER, caller->stream);
        if (state == TALKING || state == EARLY) expect(caller->stream, PEER, callee->stream);
        /* What is recorded is decoded, and what others hear is made anew. */
        if (state == RECORDED) expect(caller->stream, ANYTHING, NULL);
        if (state == HELD || state == RECORDED || state == PAGED) expect(callee->stream, ANYTHING, NULL);
        if (state == PARKED || state == CONFERRING) expect(caller->stream, ANYTHING, NULL);
    }
}

/* MARK: - Ending */

static void was_left(struct leg *leg, int status, const struct message *m)
{
    (void)m;
    leg->phase = GONE;
    leg->call->bye_ms = milliseconds_since(leg->call->bye_at);
    if (status) fail_call(leg->call, status);
}

void end_call(struct call *call)
{
    struct leg *first = NULL, *last = NULL;
    if (call->hangs_up || call->is_over) return;
    if (call->kind->state == HEARING && call->was_let_go) {
        call->seconds = (double)(call->legs[CALLER]->left_at - call->legs[CALLER]->up_at) / 1e9;
        call->is_over = true;
        return;
    }
    for (int i = 0; i < PLACES; i++)
        if (call->legs[i] && call->legs[i]->phase == UP) {
            if (!first) first = call->legs[i];
            last = call->legs[i];
        }
    if (!first || call->has_failed) {
        fail_call(call, 0);
        call->is_over = true;
        return;
    }
    call->hangs_up = call->number % 2 ? last : first;
    call->seconds = milliseconds_since(call->legs[call->kind->state == AWAITING ? CALLEE : CALLER]->up_at) / 1000;
    call->bye_at = now();
    hang_up(call->hangs_up, was_left);
}

bool is_ended(struct call *call)
{
    if (call->is_over) return true;
    bool all_know = call->hangs_up && call->hangs_up->phase == GONE;
    for (int i = 0; i < PLACES; i++)
        if (call->legs[i] && call->legs[i]->phase == UP) all_know = false;
    return call->is_over = all_know || call->has_failed;
}
