#include "report.h"

#include "deeds.h"
#include "helpers.h"

#include <stdio.h>

static FILE *begin(const char *directory, const char *name)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s.new", directory, name);
    FILE *file = fopen(path, "w");
    if (!file) fail("%s: %m", path);
    return file;
}

static void end(FILE *file, const char *directory, const char *name)
{
    char draft[600], path[600];
    snprintf(draft, sizeof draft, "%s/%s.new", directory, name);
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (fclose(file) || rename(draft, path)) fail("%s: %m", path);
}

void report_that(const char *directory, const char *name) { end(begin(directory, name), directory, name); }

/* What every line begins with. */
static void begin_line(FILE *file, const struct call *call)
{
    struct text transports = {0};
    append_transports(&transports, call->kind);
    fprintf(file, "{\"kind\":\"%s\",\"transport\":\"%s\",\"class\":\"%c\"", call->kind->name, transports.data,
            class_of(call->kind));
}

void report_set_up(const char *directory)
{
    FILE *file = begin(directory, "up");
    for (int i = 0; i < call_count; i++) {
        begin_line(file, &calls[i]);
        fprintf(file, ",\"id\":\"%s\",\"ready\":%s,\"why\":%d}\n", calls[i].legs[CALLER]->dialog.call_id,
                calls[i].is_ready && !calls[i].has_failed ? "true" : "false", calls[i].why);
    }
    end(file, directory, "up");
}

void report_sound(const char *directory)
{
    FILE *file = begin(directory, "streams");
    for (int i = 0; i < call_count; i++)
        for (int place = CALLER; place <= CALLEE; place++) {
            struct leg *leg = calls[i].legs[place];
            struct hearing heard = leg ? heard_by(leg->stream) : (struct hearing){.expected = NOTHING};
            if (heard.expected == NOTHING) continue;
            begin_line(file, &calls[i]);
            fprintf(file, ",\"toward\":\"%s\",\"silence\":%.1f", leg->party->role == PHONE ? "phone" : "carrier",
                    heard.longest_gap_ms);
            if (heard.expected == PEER) fprintf(file, ",\"lost\":%ld", heard.lost);
            fprintf(file, ",\"dead\":%s}\n", heard.is_dead ? "true" : "false");
        }
    end(file, directory, "streams");
    file = begin(directory, "sound");
    fprintf(file, "{\"lag_ms\":%.1f,\"connections_lost\":%u}\n", lateness_ms(), connections_lost());
    end(file, directory, "sound");
}

void report_deeds(const char *directory)
{
    FILE *file = begin(directory, "deeds");
    for (int i = 0; i < call_count; i++)
        for (int s = 0; s < calls[i].step; s++) {
            const struct step *step = &calls[i].steps[s];
            begin_line(file, &calls[i]);
            const struct leg *leg = calls[i].legs[step->place];
            fprintf(file, ",\"side\":\"%s\",\"deed\":\"%s\",\"why\":%d,\"ms\":%.1f}\n", leg ? name_of(leg) : "third",
                    name_of_deed(step->deed), step->why, step->ms);
        }
    end(file, directory, "deeds");
}

/* Who took part in it. */
static int parties_of(const struct call *call)
{
    int count = 0;
    for (int i = 0; i < PLACES; i++) count += call->legs[i] && call->legs[i]->phase != IDLE;
    return count - (call->kind->state == AWAITING);
}

/* Who handed it over to somebody else, and left. */
static const char *who_left(const struct call *call)
{
    if (call->was_transferred) return name_of(call->legs[call->transferred_by]);
    return call->kind->state == PARKED ? "callee" : NULL;
}

static void add_name(FILE *file, const char *member, const char *name)
{
    fprintf(file, name ? ",\"%s\":\"%s\"" : ",\"%s\":null", member, name);
}

/* What the agent heard when it came and went: the exchange hangs up by itself. */
static void add_shift(FILE *file, const struct leg *leg)
{
    fprintf(file, "{\"kind\":\"agent\",\"transport\":\"UDP\",\"class\":\"M\",\"state\":\"talking\"");
    fprintf(file, ",\"id\":\"%s\"", leg->dialog.call_id);
    fprintf(file, ",\"ended\":\"%s\",\"why\":%d,\"seconds\":%.3f", leg->left_at ? "ok" : "failed", leg->left_at ? 0 : 408,
            leg->left_at ? (double)(leg->left_at - leg->up_at) / 1e9 : 0);
    fprintf(file, ",\"by\":null,\"parties\":1,\"exchange\":true}\n");
}

/* Whoever asked to be called back was told that it will be, and let go. */
static void add_asking(FILE *file, const struct call *call)
{
    const struct leg *leg = call->legs[CALLER];
    begin_line(file, call);
    fprintf(file, ",\"state\":\"asking\",\"id\":\"%s\"", leg->dialog.call_id);
    fprintf(file, ",\"ended\":\"%s\",\"why\":%d,\"seconds\":%.3f", leg->left_at ? "ok" : "failed", leg->left_at ? 0 : 408,
            leg->left_at ? (double)(leg->left_at - leg->up_at) / 1e9 : 0);
    fprintf(file, ",\"by\":null,\"parties\":1,\"exchange\":true}\n");
}

void report_calls(const char *directory)
{
    FILE *file = begin(directory, "calls");
    for (int i = 0; i < shift_count; i++) add_shift(file, shifts[i]);
    for (int i = 0; i < call_count; i++) {
        const struct call *call = &calls[i];
        bool is_ok = call->is_over && !call->has_failed;
        if (call->kind->state == AWAITING) add_asking(file, call);
        begin_line(file, call);
        fprintf(file, ",\"state\":\"%s\",\"id\":\"%s\"", name_of_state(call->kind->state),
                call->legs[call->kind->state == AWAITING ? CALLEE : CALLER]->dialog.call_id);
        fprintf(file, ",\"ended\":\"%s\",\"why\":%d,\"seconds\":%.3f", is_ok ? "ok" : "failed",
                is_ok ? 0 : call->is_over ? call->why : 408, call->seconds);
        add_name(file, "by", call->hangs_up ? name_of(call->hangs_up) : NULL);
        fprintf(file, ",\"bye_ms\":%.1f", call->bye_ms);
        add_name(file, "left", who_left(call));
        fprintf(file, ",\"let_go\":%s,\"parties\":%d,\"exchange\":%s}\n", call->was_let_go ? "true" : "false", parties_of(call),
                call->kind->callee ? "false" : "true");
    }
    end(file, directory, "calls");
}
