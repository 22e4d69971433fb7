/* parties: phones and carrier of a drill, with their sound, in calls of every kind.
 *
 *   parties --plan FILE --results DIR --domain D --secret S --outside IP --phones IP --trunks IP \
 *           [--standby IP] [--outside6 IP --phones6 IP --trunks6 IP] [--nat NETWORK --inside IP]
 *
 * The plan says which calls (plan.h). Phones are users from 100000 on, one for each phone of the plan; calls are handed
 * over to 109999, and by IPv6 to 109997, 109998 and 109996 serve the queues, and 109995 hears its
 * messages. Their passwords are S and their names. Each registers;
 * then `registered` is in DIR. A line on standard input says what is done next, a file in DIR that it was done, and
 * what was found:
 *
 *   call      ten calls a second are set up               up
 *   measure   from now on what everybody hears is measured
 *   rest      until now                                   streams, sound
 *   exercise  each side does what it may do in its call    deeds
 *   hang-up   one side of each says BYE                   calls, and the program ends
 *
 * NETWORK is the network namespace behind a NAT, /proc/1/ns/net for instance. The program ends with SIGTERM, too, and
 * when nobody can tell it anything any more.
 */
#include "deeds.h"
#include "helpers.h"
#include "network.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CALLS_A_SECOND 10
#define DEEDS_A_SECOND 20
#define SETTLING MILLISECONDS(500)
#define END_PATIENCE SECONDS(12)
#define GOING_PATIENCE SECONDS(3)

static const char *plan, *results, *nat;
static struct kind kinds[MOST_KINDS];

static void heard(struct way *way, const struct endpoint *from, const char *text, size_t length)
{
    static struct message message;
    if (!parse(&message, text, length)) return;
    if (message.status) take_response(way, from, &message);
    else take_request(way, from, &message);
}

/* MARK: - What is done next */

enum stage { REGISTERING, WAITING, SETTING_UP, MEASURED, EXERCISING, HANGING_UP, GOING, DONE };
static enum stage stage;
static uint64_t begun;
static int next_call;

/* So many a second, from when the stage began. */
static bool is_due(int number, int rate) { return now() >= begun + SECONDS(1) * (uint64_t)number / (uint64_t)rate; }

static void turn_to(enum stage next)
{
    stage = next;
    begun = now();
    next_call = 0;
}

/* Nobody is asked for long, and a message ends: such calls come when all kinds before theirs are there. */
static bool may_begin(int index)
{
    enum state state = calls[index].kind->state;
    return (state != FOLLOWING && state != HEARING) || are_settled(index - calls[index].number);
}

static void set_up(void)
{
    while (next_call < call_count && is_due(next_call, CALLS_A_SECOND) && may_begin(next_call))
        begin_call(&calls[next_call++]);
    if (next_call < call_count || !are_settled(call_count)) return;
    report_set_up(results);
    turn_to(WAITING);
}

static bool is_short(const struct call *call)
{
    enum state state = call->kind->state;
    return state == RINGING || state == EARLY || state == FOLLOWING;
}

/* Nobody rings, or is asked, for ever: at another site's address nothing rings for longer than 35 s, and a question is asked twice.
 * Such calls come last, and go on first, who was asked before who rings. */
static struct call *in_turn(int place)
{
    int count = 0;
    while (count < call_count && is_short(&calls[call_count - 1 - count])) count++;
    return &calls[place < count ? call_count - 1 - place : place - count];
}

static void exercise(void)
{
    bool all = true;
    for (; next_call < call_count && is_due(next_call, DEEDS_A_SECOND); next_call++) plan_deeds(in_turn(next_call));
    for (int i = 0; i < next_call; i++) all &= do_deeds(in_turn(i));
    if (!all || next_call < call_count) return;
    report_deeds(results);
    turn_to(WAITING);
}

static void leave(void)
{
    leave_all();
    turn_to(GOING);
}

static void end_calls(void)
{
    bool all = true;
    while (next_call < call_count && is_due(next_call, 5 * DEEDS_A_SECOND)) end_call(&calls[next_call++]);
    for (int i = 0; i < next_call; i++) all &= is_ended(&calls[i]);
    uint64_t patience = END_PATIENCE + SECONDS((uint64_t)call_count) / (5 * DEEDS_A_SECOND);
    if ((!all || next_call < call_count) && now() - begun < patience) return;
    report_calls(results);
    leave();
}

static void attend_stage(void)
{
    switch (stage) {
    case REGISTERING:
        if (!are_all_registered()) break;
        report_that(results, "registered");
        turn_to(WAITING);
        break;
    case SETTING_UP: set_up(); break;
    case MEASURED:
        if (now() - begun < SETTLING) break;
        report_sound(results);
        turn_to(WAITING);
        break;
    case EXERCISING: exercise(); break;
    case HANGING_UP: end_calls(); break;
    case GOING:
        if (have_all_left() || now() - begun > GOING_PATIENCE) turn_to(DONE);
        break;
    case WAITING: case DONE: break;
    }
}

static void obey(const char *command)
{
    if (!strcmp(command, "call")) {
        send_agents(false);
        turn_to(SETTING_UP);
    } else if (!strcmp(command, "measure")) {
        expect_sound();
        begin_measuring();
    } else if (!strcmp(command, "rest")) {
        end_measuring();
        turn_to(MEASURED);
    } else if (!strcmp(command, "exercise")) {
        send_agents(true);
        turn_to(EXERCISING);
    } else if (!strcmp(command, "hang-up")) turn_to(HANGING_UP);
    else fail("no command: %s", command);
}

static void take_commands(void)
{
    static char line[100];
    static size_t length;
    long count = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
    if (count == 0) exit(0);
    if (count < 0) return;
    length += (size_t)count;
    line[length] = 0;
    for (char *end; (end = strchr(line, '\n'));) {
        *end = 0;
        obey(line);
        length -= (size_t)(end + 1 - line);
        memmove(line, end + 1, length + 1);
    }
}

static volatile sig_atomic_t is_to_end;
static void note_end(int number) { is_to_end = number; }

/* MARK: - Begin */

static void read_arguments(int count, char **values)
{
    static const struct option options[] = {
        {"plan", 1, 0, 'p'}, {"results", 1, 0, 'r'}, {"domain", 1, 0, 'd'}, {"secret", 1, 0, 's'},
        {"outside", 1, 0, 'o'}, {"phones", 1, 0, 'f'}, {"trunks", 1, 0, 't'}, {"standby", 1, 0, 'b'},
        {"outside6", 1, 0, 'O'}, {"phones6", 1, 0, 'F'}, {"trunks6", 1, 0, 'T'}, {"nat", 1, 0, 'n'},
        {"inside", 1, 0, 'i'}, {0, 0, 0, 0}};
    for (int c; (c = getopt_long(count, values, "", options, 0)) != -1;) switch (c) {
        case 'p': plan = optarg; break;
        case 'r': results = optarg; break;
        case 'd': network.domain = optarg; break;
        case 's': network.secret = optarg; break;
        case 'o': network.outside.four = optarg; break;
        case 'O': network.outside.six = optarg; break;
        case 'f': network.phones = optarg; break;
        case 'F': network.phones6 = optarg; break;
        case 't': network.trunks = optarg; break;
        case 'T': network.trunks6 = optarg; break;
        case 'b': network.standby = optarg; break;
        case 'n': nat = optarg; break;
        case 'i': network.inside.four = optarg; break;
        default: exit(2);
        }
    if (!plan || !results || !network.domain || !network.secret || !network.outside.four || !network.phones || !network.trunks)
        fail("--plan, --results, --domain, --secret, --outside, --phones and --trunks are wanted");
}

static void find_networks(void)
{
    network.outside.name = "outside";
    network.outside.network = -1;
    network.inside.name = "behind the NAT";
    network.inside.network = nat ? open(nat, O_RDONLY | O_CLOEXEC) : -1;
    if (nat && network.inside.network < 0) fail("%s: %m", nat);
}

int main(int count, char **values)
{
    struct rlimit files = {65536, 65536};
    if (setrlimit(RLIMIT_NOFILE, &files)) {
        getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    read_arguments(count, values);
    find_networks();
    signal(SIGPIPE, SIG_IGN);
    listen_to_ways((struct way_listener){way_opened, way_lost, heard});
    start_sound();
    make_calls(kinds, read_plan(plan, kinds));
    fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
    signal(SIGTERM, note_end);
    while (stage != DONE) {
        if (is_to_end && stage != GOING) leave();
        attend_ways(5);
        attend_parties();
        attend_transactions();
        attend_calls();
        attend_stage();
        take_commands();
    }
    return 0;
}
