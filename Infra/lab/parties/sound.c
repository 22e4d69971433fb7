#include "sound.h"

#include "protection.h"
#include "voice.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#define MOST_STREAMS 2048
#define FIRST_PORT 25000
#define HEADER 12
/* Of frames that were decoded on the way, one in so many is looked at for its pitch. */
#define LOOKED_AT 4
/* An event lasts so many packets, and its end is said three times. */
#define EVENT_PACKETS 8

struct stream {
    int number, socket;
    struct endpoint here, there;
    bool speaks, is_protected;
    unsigned char key[KEY_LENGTH], their_key[KEY_LENGTH];
    struct protection *outgoing, *incoming;
    unsigned key_number, events;
    uint32_t source, said_ever;

    int event_key, event_left;
    uint32_t event_begun, event_heard;
    unsigned events_heard;

    int last_pitch;           /* of who was heard last; -1: nobody */
    unsigned unmarked;
    uint64_t last_pitch_at, last_at;

    enum expectation expectation;
    int peer;
    uint64_t last_counted;    /* by the wall clock, as the kernel stamps */
    uint64_t longest_gap;
    long said, counted;
};

static struct stream *streams[MOST_STREAMS];
static int stream_count, poller = -1;
/* Held by the thread while it says or hears something, and by whoever changes a stream. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t window, windows;
static uint64_t ended_at, latest;

static uint64_t wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return SECONDS(t.tv_sec) + (uint64_t)t.tv_nsec;
}

/* MARK: - What is heard */

static uint64_t arrival_of(struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        struct timespec t;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
        memcpy(&t, CMSG_DATA(c), sizeof t);
        return SECONDS(t.tv_sec) + (uint64_t)t.tv_nsec;
    }
    return wall();
}

static void count(struct stream *s, uint64_t at)
{
    if (s->last_counted && at > s->last_counted && at - s->last_counted > s->longest_gap)
        s->longest_gap = at - s->last_counted;
    s->last_counted = at;
    s->counted++;
}

static void take_event(struct stream *s, const unsigned char *packet)
{
    uint32_t timestamp;
    memcpy(&timestamp, packet + 4, sizeof timestamp);
    if (timestamp == s->event_heard) return;
    s->event_heard = timestamp;
    s->events_heard++;
}

static void take_packet(struct stream *s, unsigned char *packet, int length, uint64_t at)
{
    struct mark mark;
    if (length < HEADER || packet[0] >> 6 != 2) return;
    int type = packet[1] & 0x7f;
    if (type >= 64 && type < 96) return; /* RTCP beside it (RFC 5761) */
    if (s->is_protected && (!s->incoming || (length = unprotect(s->incoming, packet, length)) < 0)) return;
    s->last_at = now();
    if (type == EVENTS) {
        take_event(s, packet);
        return;
    }
    const unsigned char *frame = packet + HEADER;
    bool is_marked = read_mark(frame, length - HEADER, &mark), counts = s->expectation == ANYTHING && window;
    if (is_marked && s->expectation == PEER) counts = mark.window && mark.window == windows && mark.speaker == s->peer;
    if (counts) count(s, at);
    int pitch = is_marked ? mark.speaker % PITCHES : s->unmarked++ % LOOKED_AT ? -1 : read_pitch(frame, length - HEADER);
    if (pitch < 0) return;
    s->last_pitch = pitch;
    s->last_pitch_at = s->last_at;
}

static void hear(struct stream *s)
{
    for (;;) {
        unsigned char packet[2048], control[128];
        struct iovec piece = {packet, sizeof packet};
        struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t length = recvmsg(s->socket, &message, MSG_DONTWAIT);
        if (length < 0) return;
        take_packet(s, packet, (int)length, arrival_of(&message));
    }
}

/* MARK: - What is said */

static void send_packet(struct stream *s, bool marker, int type, uint32_t timestamp, const void *payload, int length)
{
    unsigned char packet[HEADER + FRAME + 32] = {0x80, (unsigned char)(type | (marker ? 0x80 : 0))};
    uint16_t sequence = htons((uint16_t)s->said_ever);
    uint32_t source = htonl(s->source);
    timestamp = htonl(timestamp);
    memcpy(packet + 2, &sequence, 2);
    memcpy(packet + 4, &timestamp, 4);
    memcpy(packet + 8, &source, 4);
    memcpy(packet + HEADER, payload, (size_t)length);
    length += HEADER;
    if (s->is_protected && (length = protect(s->outgoing, packet, length)) < 0) return;
    sendto(s->socket, packet, (size_t)length, 0, (struct sockaddr *)&s->there.address, size_of(&s->there));
}

static void say_event(struct stream *s)
{
    int done = EVENT_PACKETS - s->event_left;
    bool is_over = s->event_left <= 3;
    uint16_t duration = htons((uint16_t)((is_over ? EVENT_PACKETS - 3 : done + 1) * FRAME));
    unsigned char event[4] = {(unsigned char)s->event_key, is_over ? 0x8a : 0x0a};
    memcpy(event + 2, &duration, 2);
    send_packet(s, done == 0, (int)s->events, s->event_begun, event, sizeof event);
    s->event_left--;
}

static void say(struct stream *s)
{
    unsigned char frame[FRAME];
    uint32_t number = ++s->said_ever;
    if (s->event_left) {
        if (s->event_left == EVENT_PACKETS) s->event_begun = number * FRAME;
        say_event(s);
        return;
    }
    speak_frame(frame, &(struct mark){(uint16_t)s->number, window, number});
    if (window) s->said++;
    send_packet(s, number == 1, 0, number * FRAME, frame, FRAME);
}

/* MARK: - Its thread */

/* Streams are spread over the 20 ms of a frame in steps of one. */
static void speak(long tick)
{
    pthread_mutex_lock(&lock);
    for (int i = (int)(tick % 20); i < stream_count; i += 20)
        if (streams[i]->speaks) say(streams[i]);
    pthread_mutex_unlock(&lock);
}

static void listen_for(uint64_t time)
{
    struct timespec wait = {0, (long)time};
    struct epoll_event events[128];
    int count = epoll_pwait2(poller, events, 128, &wait, NULL);
    if (count <= 0) return;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < count; i++) hear(events[i].data.ptr);
    pthread_mutex_unlock(&lock);
}

static void *run(void *unused)
{
    (void)unused;
    uint64_t begun = now(), at;
    for (long tick = 0;; tick++) {
        uint64_t due = begun + MILLISECONDS(tick);
        /* Late: what came is taken all the same, else our own buffers overflow and it looks lost. */
        if (now() >= due) listen_for(0);
        while ((at = now()) < due) listen_for(due - at);
        if (window && at - due > latest) latest = at - due;
        /* After a pause of the whole machine nothing is made good that would come in one burst. */
        if (at - due > SECONDS(1)) begun += at - due;
        speak(tick);
    }
    return NULL;
}

void start_sound(void)
{
    pthread_t thread;
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0 || pthread_create(&thread, NULL, run, NULL)) fail("no thread for sound: %m");
}

/* MARK: - What others do with streams */

struct stream *open_stream(const struct place *place, bool six, bool is_protected)
{
    static unsigned port = FIRST_PORT;
    struct stream *s = calloc(1, sizeof *s);
    int one = 1, size = 1 << 20;
    if (!s || stream_count == MOST_STREAMS) fail("more than %d streams", MOST_STREAMS);
    s->number = stream_count;
    s->socket = open_socket(place, six ? AF_INET6 : AF_INET, SOCK_DGRAM);
    s->here = endpoint(six ? place->six : place->four, port);
    port += 2;
    if (bind(s->socket, (struct sockaddr *)&s->here.address, size_of(&s->here)))
        fail("%s port %u cannot be had: %m", ip_of(&s->here), port_of(&s->here));
    setsockopt(s->socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(s->socket, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
    s->is_protected = is_protected;
    s->last_pitch = -1;
    RAND_bytes((unsigned char *)&s->source, sizeof s->source);
    RAND_bytes(s->key, KEY_LENGTH);
    if (is_protected) s->outgoing = protect_with(s->key);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
    pthread_mutex_lock(&lock);
    streams[stream_count++] = s;
    pthread_mutex_unlock(&lock);
    if (epoll_ctl(poller, EPOLL_CTL_ADD, s->socket, &event)) fail("epoll: %m");
    return s;
}

struct description describe(const struct stream *s)
{
    struct description ours = {.sound = s->here, .is_protected = s->is_protected, .key_number = s->key_number};
    memcpy(ours.key, s->key, KEY_LENGTH);
    return ours;
}

void direct(struct stream *s, const struct description *theirs)
{
    pthread_mutex_lock(&lock);
    s->there = theirs->sound;
    s->events = theirs->events;
    if (s->is_protected && theirs->key_number) {
        s->key_number = theirs->key_number;
        if (!s->incoming || memcmp(s->their_key, theirs->key, KEY_LENGTH)) {
            forget(s->incoming);
            s->incoming = unprotect_with(theirs->key);
            memcpy(s->their_key, theirs->key, KEY_LENGTH);
        }
    }
    pthread_mutex_unlock(&lock);
}

void let_speak(struct stream *s, bool speaks)
{
    pthread_mutex_lock(&lock);
    s->speaks = speaks && port_of(&s->there);
    pthread_mutex_unlock(&lock);
}

bool press(struct stream *s, int key)
{
    pthread_mutex_lock(&lock);
    bool can = s->events && s->speaks;
    if (can) s->event_key = key, s->event_left = EVENT_PACKETS;
    pthread_mutex_unlock(&lock);
    return can;
}

unsigned keys_heard(struct stream *s) { return s->events_heard; }

bool has_heard(struct stream *s, const struct stream *other, uint64_t since)
{
    if (!other) return s->last_at > since;
    pthread_mutex_lock(&lock);
    bool has = s->last_pitch == other->number % PITCHES && s->last_pitch_at > since;
    pthread_mutex_unlock(&lock);
    return has;
}

bool hears_message(struct stream *s, uint64_t since)
{
    pthread_mutex_lock(&lock);
    bool hears = s->last_pitch == 0 && s->last_pitch_at > since;
    pthread_mutex_unlock(&lock);
    return hears;
}

void expect(struct stream *s, enum expectation expectation, const struct stream *peer)
{
    pthread_mutex_lock(&lock);
    s->expectation = expectation;
    s->peer = peer ? peer->number : -1;
    pthread_mutex_unlock(&lock);
}

void begin_measuring(void)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < stream_count; i++) {
        struct stream *s = streams[i];
        s->last_counted = s->longest_gap = 0;
        s->said = s->counted = 0;
    }
    latest = 0;
    window = ++windows;
    pthread_mutex_unlock(&lock);
}

void end_measuring(void)
{
    pthread_mutex_lock(&lock);
    window = 0;
    ended_at = wall();
    pthread_mutex_unlock(&lock);
}

struct hearing heard_by(struct stream *s)
{
    pthread_mutex_lock(&lock);
    struct hearing hearing = {
        .expected = s->expectation,
        .longest_gap_ms = (double)s->longest_gap / 1e6,
        .lost = s->expectation == PEER && s->peer >= 0 ? streams[s->peer]->said - s->counted : 0,
        .is_dead = s->last_counted + MILLISECONDS(200) < ended_at,
    };
    pthread_mutex_unlock(&lock);
    return hearing;
}

double lateness_ms(void) { return (double)latest / 1e6; }
