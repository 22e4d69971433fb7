#include "way.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MOST_WAYS 2048
#define CONNECT_PATIENCE SECONDS(2)
/* So long the first target is tried before the next: its calls are there, and whoever takes them over needs a moment. */
#define LOYALTY SECONDS(3)

static struct way_listener listener;
static struct way *ways[MOST_WAYS];
static int way_count, poller = -1;
static SSL_CTX *context;

void listen_to_ways(struct way_listener to)
{
    listener = to;
    poller = epoll_create1(EPOLL_CLOEXEC);
    context = SSL_CTX_new(TLS_client_method());
    if (poller < 0 || !context) fail("neither epoll nor TLS to be had");
}

const char *protocol_of(const struct way *way)
{
    return way->transport == UDP ? "UDP" : way->transport == TCP ? "TCP" : "TLS";
}

/* A socket belongs to the network in which it was made, whoever uses it. */
int open_socket(const struct place *place, int family, int type)
{
    static int own = -1;
    if (own < 0) own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (place->network >= 0 && setns(place->network, CLONE_NEWNET)) fail("no network %s: %m", place->name);
    int made = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (place->network >= 0 && setns(own, CLONE_NEWNET)) fail("no way back to our own network: %m");
    if (made < 0) fail("no socket: %m");
    return made;
}

static void watch(struct way *way, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = way};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, way->socket, &event) && epoll_ctl(poller, EPOLL_CTL_ADD, way->socket, &event))
        fail("epoll: %m");
}

static void close_way(struct way *way, uint64_t wait)
{
    if (way->tls) SSL_free(way->tls);
    if (way->socket >= 0) close(way->socket);
    way->tls = NULL;
    way->socket = -1;
    way->state = CLOSED;
    way->heard = way->unsent = 0;
    way->due = now() + wait;
}

/* Nobody is there: after a while there may be somebody elsewhere. */
static void miss(struct way *way)
{
    way->failures++;
    if (!way->missed_at) way->missed_at = now();
    if (now() - way->missed_at < LOYALTY) return;
    way->missed_at = 0;
    way->target = (way->target + 1) % way->target_count;
}

/* What breaks under us is opened again at once, what cannot be opened after a while. */
static void lose(struct way *way)
{
    bool was_open = way->state == OPEN;
    uint64_t wait = was_open ? 0 : MILLISECONDS(100u << (way->failures < 4 ? way->failures : 4));
    if (!was_open) miss(way);
    way->losses += was_open;
    close_way(way, wait);
    if (was_open) listener.lost(way);
}

void reopen_way(struct way *way)
{
    if (way->state != OPEN) return;
    if (way->transport != UDP) lose(way);
    else {
        miss(way);
        way->there = way->targets[way->target];
    }
}

static void connected(struct way *way)
{
    socklen_t size = sizeof way->here.address;
    way->state = OPEN;
    way->failures = 0;
    way->missed_at = 0;
    way->due = 0;
    getsockname(way->socket, (struct sockaddr *)&way->here.address, &size);
    listener.opened(way);
}

static void begin_to_connect(struct way *way)
{
    int one = 1;
    way->there = way->targets[way->target];
    way->socket = open_socket(way->place, way->there.address.ss_family,
                              way->transport == UDP ? SOCK_DGRAM : SOCK_STREAM);
    if (way->transport != UDP) way->here = endpoint(ip_of(&way->here), 0);
    if (bind(way->socket, (struct sockaddr *)&way->here.address, size_of(&way->here)))
        fail("%s port %u cannot be had: %m", ip_of(&way->here), port_of(&way->here));
    way->due = now() + CONNECT_PATIENCE;
    if (way->transport == UDP) {
        int size = 8 << 20;
        setsockopt(way->socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
        watch(way, EPOLLIN);
        connected(way);
        return;
    }
    setsockopt(way->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    way->state = CONNECTING;
    if (connect(way->socket, (struct sockaddr *)&way->there.address, size_of(&way->there)) && errno != EINPROGRESS) lose(way);
    else watch(way, EPOLLOUT);
}

void open_way(struct way *way)
{
    if (way_count == MOST_WAYS) fail("more than %d ways", MOST_WAYS);
    ways[way_count++] = way;
    way->socket = -1;
    way->state = CLOSED;
    begin_to_connect(way);
}

static void shake(struct way *way)
{
    if (!way->tls) {
        way->tls = SSL_new(context);
        SSL_set_fd(way->tls, way->socket);
        SSL_set_tlsext_host_name(way->tls, way->server_name);
        SSL_set_connect_state(way->tls);
    }
    int done = SSL_do_handshake(way->tls), why = SSL_get_error(way->tls, done);
    ERR_clear_error();
    if (done == 1) connected(way);
    else if (why == SSL_ERROR_WANT_WRITE) watch(way, EPOLLOUT);
    else if (why != SSL_ERROR_WANT_READ) lose(way);
    else watch(way, EPOLLIN);
}

static void make_progress(struct way *way, uint32_t events)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(way->socket, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error || events & EPOLLHUP) {
        lose(way);
        return;
    }
    watch(way, EPOLLIN);
    if (way->transport == TCP) connected(way);
    else {
        way->state = SHAKING;
        shake(way);
    }
}

/* MARK: - What is said */

static bool flush(struct way *way)
{
    while (way->unsent) {
        long sent = way->tls ? SSL_write(way->tls, way->out, (int)way->unsent)
                             : send(way->socket, way->out, way->unsent, MSG_NOSIGNAL);
        if (sent <= 0) {
            bool waits = way->tls ? SSL_get_error(way->tls, (int)sent) == SSL_ERROR_WANT_WRITE
                                  : errno == EAGAIN;
            ERR_clear_error();
            if (!waits) return false;
            watch(way, EPOLLIN | EPOLLOUT);
            return true;
        }
        way->unsent -= (size_t)sent;
        memmove(way->out, way->out + sent, way->unsent);
    }
    watch(way, EPOLLIN);
    return true;
}

bool send_by(struct way *way, const struct endpoint *to, const struct text *text)
{
    if (way->state != OPEN) return false;
    if (way->transport == UDP)
        return sendto(way->socket, text->data, text->length, 0, (const struct sockaddr *)&to->address, size_of(to)) >= 0;
    if (way->unsent + text->length > sizeof way->out) return false;
    memcpy(way->out + way->unsent, text->data, text->length);
    way->unsent += text->length;
    /* Whoever says something is in the midst of it: the loss is noticed when the socket is read. */
    if (!flush(way)) shutdown(way->socket, SHUT_RDWR);
    return true;
}

/* MARK: - What is heard */

/* How long the first message on a connection is; 0: it is not all here. Its body is as long as it says
 * (RFC 3261 section 18.3). */
static size_t message_length(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    if (!end) return 0;
    const char *length = strcasestr(text, "\r\nContent-Length:");
    size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return (size_t)(end + 4 - text) + body;
}

static void cut_messages(struct way *way)
{
    while (way->heard) {
        size_t blank = strspn(way->in, "\r\n"), length = blank;
        if (!blank && ((length = message_length(way->in)) == 0 || length > way->heard)) return;
        if (!blank) listener.heard(way, &way->there, way->in, length);
        if (way->state != OPEN || length > way->heard) return;
        way->heard -= length;
        memmove(way->in, way->in + length, way->heard + 1);
    }
}

static void read_connection(struct way *way)
{
    while (way->state == OPEN) {
        size_t room = sizeof way->in - 1 - way->heard;
        long length = way->tls ? SSL_read(way->tls, way->in + way->heard, (int)room)
                               : recv(way->socket, way->in + way->heard, room, 0);
        if (length <= 0) {
            bool waits = way->tls ? SSL_get_error(way->tls, (int)length) == SSL_ERROR_WANT_READ
                                  : length < 0 && errno == EAGAIN;
            ERR_clear_error();
            if (!waits) lose(way);
            return;
        }
        way->heard += (size_t)length;
        way->in[way->heard] = 0;
        cut_messages(way);
    }
}

static void read_datagrams(struct way *way)
{
    for (int i = 0; i < 64; i++) {
        struct endpoint from;
        socklen_t size = sizeof from.address;
        long length = recvfrom(way->socket, way->in, sizeof way->in - 1, 0, (struct sockaddr *)&from.address, &size);
        if (length < 0) return;
        way->in[length] = 0;
        if (length > 4) listener.heard(way, &from, way->in, (size_t)length);
    }
}

void attend_ways(int milliseconds)
{
    struct epoll_event events[64];
    int count = epoll_wait(poller, events, 64, milliseconds);
    for (int i = 0; i < count; i++) {
        struct way *way = events[i].data.ptr;
        if (way->socket < 0) continue;
        if (way->transport == UDP) read_datagrams(way);
        else if (way->state == CONNECTING) make_progress(way, events[i].events);
        else if (way->state == SHAKING) shake(way);
        else if (events[i].events & EPOLLOUT && !flush(way)) lose(way);
        else read_connection(way);
    }
    uint64_t at = now();
    for (int i = 0; i < way_count; i++) {
        struct way *way = ways[i];
        if (!way->due || way->due > at) continue;
        if (way->state == CLOSED) begin_to_connect(way);
        else if (way->state != OPEN) lose(way);
    }
}
