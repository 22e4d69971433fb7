#include "deeds.h"

#include "helpers.h"

#include <stdio.h>

/* What does not come by then does not come. */
#define PATIENCE SECONDS(8)

static const char *const names[] = {"answer", "hold", "resume", "dtmf", "event", "refresh",
                                    "hear", "transfer", "take", "choose", "serve",
                                    "confirm", "call-back", "message", "menu"};

const char *name_of_deed(enum deed deed) { return names[deed]; }

/* MARK: - Which */

static void add(struct call *call, int place, enum deed deed)
{
    if (call->step_count < MOST_STEPS) call->steps[call->step_count++] = (struct step){.deed = deed, .place = place};
}

static void add_usual(struct call *call, int place)
{
    if (!(call->kind->state == HELD && place == CALLER)) add(call, place, HOLD);
    add(call, place, RESUME);
    add(call, place, DIGIT);
    add(call, place, EVENT);
    add(call, place, REFRESH);
}

/* Every third call is handed over in the end, by either side where both are phones: carriers may not. */
static void add_transfer(struct call *call)
{
    bool callers = call->kind->caller->role == PHONE, callees = call->kind->callee->role == PHONE;
    if (call->number % 3 != 2 && call->kind->count > 2) return;
    if (call->kind->count <= 2 && call->number) return;
    add(call, callers && (!callees || call->number % 2) ? CALLER : CALLEE, TRANSFER);
}

void plan_deeds(struct call *call)
{
    switch (call->kind->state) {
    case RINGING: case EARLY: add(call, CALLEE, ANSWER); /* fallthrough */
    case TALKING: case HELD: case RECORDED:
        add_usual(call, CALLER);
        add_usual(call, CALLEE);
        add(call, CALLER, HEAR);
        add(call, CALLEE, HEAR);
        add_transfer(call);
        break;
    case PARKED: add(call, THIRD, TAKE); break;
    case CHOOSING: add(call, CALLER, CHOOSE); break;
    case QUEUED: add(call, CALLER, SERVE); break;
    case CONFERRING: add(call, CALLER, HEAR); break;
    case FOLLOWING:
        add(call, CALLEE, CONFIRM);
        add(call, CALLER, HEAR);
        break;
    case PAGED:
        add(call, CALLER, REFRESH);
        add(call, CALLEE, REFRESH);
        add(call, CALLEE, HEAR);
        break;
    case AWAITING: add(call, CALLEE, CALL_BACK); break;
    case HEARING:
        add(call, CALLER, MESSAGE);
        add(call, CALLER, MENU);
        break;
    case SPEAKING: break;
    }
}

/* MARK: - Doing it */

static void finish(struct call *call, int why)
{
    struct step *step = &call->steps[call->step++];
    step->why = why;
    step->ms = milliseconds_since(call->step_begun);
    call->step_begun = 0;
}

static void was_told(struct leg *leg, int status, const struct message *m)
{
    struct call *call = leg->call;
    struct step *step = &call->steps[call->step];
    /* Two asked at once: later by a while that is not the other's (RFC 3261 section 14.1); or it is to come again. */
    if (status == 491 || status == 503) {
        step->why = status;
        leg->again_at = now() + (status == 503 ? SECONDS(retry_after(m, 1)) : MILLISECONDS(300 + 100 * (call->number % 17)));
        return;
    }
    /* These are done when more happened than an answer. */
    if (!status && (step->deed == TRANSFER || step->deed == CHOOSE || step->deed == CONFIRM || step->deed == MENU)) return;
    finish(call, status);
}

static void begin(struct call *call)
{
    struct step *step = &call->steps[call->step];
    struct leg *leg = call->legs[step->place], *other = leg ? partner(leg) : NULL;
    char place[64];
    switch (step->deed) {
    case ANSWER: call->is_answering = true; pick_up(leg); break;
    case HOLD: hold(leg, true, was_told); break;
    case RESUME: hold(leg, false, was_told); break;
    case DIGIT: send_digit(leg, '5', was_told); break;
    case EVENT:
        call->keys_before = other ? keys_heard(other->stream) : 0;
        if (!other || !press(leg->stream, 5)) finish(call, 488);
        break;
    case REFRESH: refresh(leg, was_told); break;
    case TRANSFER:
        call->was_transferred = true;
        call->transferred_by = step->place;
        transfer(leg, visitor_of(leg)->who.user, was_told);
        break;
    case TAKE:
        leg = call->legs[THIRD] = make_leg(call, visitor_of(call->legs[CALLER]));
        snprintf(place, sizeof place, "%s%02d", call->kind->number, 10 + call->number);
        invite(leg, place);
        break;
    case CHOOSE: send_digit(leg, '1', was_told); break;
    case CONFIRM: if (!call->was_let_go) send_digit(leg, '1', was_told); break;
    case MENU: send_digit(leg, '*', was_told); break;
    case HEAR: case SERVE: case CALL_BACK: case MESSAGE: break;
    }
}

/* Whoever hands a call over leaves it, or is let go. */
static bool is_handed_over(struct call *call)
{
    struct leg *leg = call->legs[call->transferred_by];
    struct leg *stays = call->legs[call->transferred_by == CALLER ? CALLEE : CALLER];
    if (leg->handed_over >= 200 && leg->phase == UP && !leg->told) hang_up(leg, NULL);
    return leg->phase != UP && hear_each_other(stays, call->legs[THIRD], call->step_begun);
}

bool awaits_somebody(const struct call *call)
{
    if (call->legs[THIRD] || !call->step_begun || call->step >= call->step_count) return false;
    enum deed deed = call->steps[call->step].deed;
    return deed == TRANSFER || deed == CHOOSE || deed == SERVE || deed == CALL_BACK;
}

static bool is_done(struct call *call, struct step *step)
{
    struct leg *leg = call->legs[step->place], *other = leg ? partner(leg) : NULL;
    switch (step->deed) {
    case ANSWER: return hear_each_other(leg, other, call->step_begun);
    case EVENT: return other && keys_heard(other->stream) > call->keys_before;
    case HEAR:
        if (call->kind->state == PAGED && other && has_heard(other->stream, leg->stream, call->step_begun)) return false;
        return has_heard(leg->stream, call->kind->callee && other ? other->stream : NULL, call->step_begun);
    case TRANSFER: return is_handed_over(call);
    case CONFIRM: return hear_each_other(call->legs[CALLER], call->legs[call->was_let_go ? THIRD : CALLEE], call->step_begun);
    case CALL_BACK: return hear_each_other(leg, call->legs[THIRD], call->step_begun);
    case MESSAGE: return hears_message(leg->stream, call->step_begun);
    case MENU: return has_heard(leg->stream, NULL, now() - MILLISECONDS(200)) && !hears_message(leg->stream, now() - MILLISECONDS(400));
    case TAKE: case CHOOSE: case SERVE: return hear_each_other(call->legs[CALLER], call->legs[THIRD], call->step_begun);
    default: return false;
    }
}

/* Whether somebody who came later was served before. */
static bool was_overtaken(const struct call *call)
{
    for (int i = call->ordinal - call->number; i < call->ordinal; i++)
        if (!calls[i].step && !calls[i].has_failed) return true;
    return false;
}

/* Who waits in a queue is served after all who came before. */
static uint64_t patience(const struct call *call, const struct step *step)
{
    return step->deed == SERVE || step->deed == CALL_BACK ? PATIENCE + SECONDS(4) * (uint64_t)call->number : PATIENCE + SECONDS(1);
}

/* Why it is not done: what it was refused by last. */
static int reason(const struct call *call, const struct step *step)
{
    const struct leg *leg = call->legs[step->place];
    if (step->deed == TRANSFER && leg->handed_over >= 300) return leg->handed_over;
    return step->why ? step->why : 408;
}

bool do_deeds(struct call *call)
{
    if (call->kind->state == HEARING && call->was_let_go) return true;
    while (!call->has_failed && call->step < call->step_count) {
        struct step *step = &call->steps[call->step];
        if (!call->step_begun) {
            int before = call->step;
            call->step_begun = now();
            begin(call);
            if (call->step != before) continue;
        }
        struct leg *leg = call->legs[step->place];
        if (is_done(call, step)) {
            bool is_served = step->deed == SERVE || step->deed == CALL_BACK;
            finish(call, is_served && was_overtaken(call) ? 409 : 0);
            if (is_served) end_call(call);
        } else if (now() - call->step_begun > patience(call, step)) finish(call, reason(call, step));
        else {
            if (leg->again_at && leg->again_at <= now() && !leg->told) {
                leg->again_at = 0;
                begin(call);
            }
            return false;
        }
        if (leg) leg->again_at = 0;
    }
    return true;
}
