/* phones: registered phones, each with a way of its own, that all come back at once when they are told to or when
 * their connections end.
 *
 *   phones --target IP --domain D --secret S --first 101000 --phones 3000 --per-user 8 \
 *          --from 10.99.1.128 --sources 64 --rate 300 --ready FILE --back FILE
 *
 * A third each comes by UDP (port 5060), TCP (5060) and TLS (5061), from so many addresses in turn. Phone N is of the
 * user FIRST + N / PER-USER with the password S and the user's name. At first so many register each second; when all
 * have, --ready is written. From SIGUSR1 on, which begins the storm, who comes by UDP registers again at once, and who
 * comes by TCP or TLS connects again at once when its connection has ended (before, too), or, with --all, ends it
 * itself. 503 is obeyed (Retry-After); what is not answered is said again after 0.5, 1, 2, 4, 4 ... s by UDP, and over a
 * new connection after 4 s otherwise; a connection that is refused is tried again after 0.1, 0.2, 0.4 ... 2 s.
 * --back is written when all are registered again: one JSON object, times in ms after SIGUSR1, and what happened
 * since --ready was.
 * SIGTERM ends it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "siptext.h"

enum transport { UDP, TCP, TLS, TRANSPORTS };
enum state { AWAY, CONNECTING, SHAKING, ASKING, PROVING, REGISTERED };
static const char *const transports[] = {"udp", "tcp", "tls"};

struct phone {
    int fd, tries, length;
    enum transport transport;
    enum state state;
    unsigned cseq;
    uint64_t due;      /* when it does something by itself; 0: never */
    uint64_t back;     /* when it was registered again; 0: not yet */
    SSL *tls;
    char challenge[600]; /* the header that it answers */
    char in[3000];
};

static struct phone *phones;
static int count = 3000, per_user = 8, first = 101000, sources = 64, all;
static double rate = 300;
static const char *target, *domain, *secret = "", *from, *ready_file, *back_file;
static int poller;
static SSL_CTX *context;
static volatile sig_atomic_t told, ended;
static uint64_t storm; /* when it began; 0: not yet */
static long refused, resets, repeated, rejected;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}
static uint64_t in_ms(double ms) { return now() + (uint64_t)(ms * 1e6); }
static double random_share(void) { return rand() / (double)RAND_MAX; }
static void on_told(int signal) { (void)signal; told = 1; }
static void on_end(int signal) { (void)signal; ended = 1; }
static void fail(const char *what) { perror(what); exit(2); }
static int number_of(const struct phone *p) { return (int)(p - phones); }

static struct sockaddr_in endpoint(const char *ip, int offset, int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, ip, &a.sin_addr) != 1) { fprintf(stderr, "phones: %s is no address\n", ip); exit(2); }
    a.sin_addr.s_addr = htonl(ntohl(a.sin_addr.s_addr) + offset);
    return a;
}

/* ---- ways ---- */
static void watch(struct phone *p, uint32_t events, int operation) {
    struct epoll_event e = {.events = events, .data.ptr = p};
    if (epoll_ctl(poller, operation, p->fd, &e)) fail("epoll_ctl");
}
/* The way is gone: it tries again after so many ms. */
static void leave(struct phone *p, double ms) {
    if (p->tls) { SSL_free(p->tls); p->tls = NULL; }
    if (p->fd >= 0) { close(p->fd); p->fd = -1; }
    p->state = AWAY; p->length = 0; p->due = in_ms(ms);
}
static void lose(struct phone *p) {
    double ms = p->state == REGISTERED ? 0 : 100 << (p->tries < 5 ? p->tries : 4);
    resets++; p->tries++;
    leave(p, ms > 2000 ? 2000 : ms);
}
static void open_way(struct phone *p) {
    /* By UDP from the same place each time, so that nothing of an earlier run is left. */
    struct sockaddr_in here = endpoint(from, number_of(p) % sources, p->transport == UDP ? 20000 + number_of(p) : 0);
    struct sockaddr_in there = endpoint(target, 0, p->transport == TLS ? 5061 : 5060);
    int one = 1;
    p->fd = socket(AF_INET, (p->transport == UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p->fd < 0) fail("socket");
    setsockopt(p->fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (p->transport != UDP) setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(p->fd, (void *)&here, sizeof here)) fail("bind");
    if (connect(p->fd, (void *)&there, sizeof there) && errno != EINPROGRESS) { lose(p); return; }
    p->state = CONNECTING; p->due = in_ms(4000);
    watch(p, p->transport == UDP ? EPOLLIN : EPOLLOUT, EPOLL_CTL_ADD);
}

/* ---- REGISTER ---- */
static void ask(struct phone *p) {
    char user[20], uri[200], password[200], auth[1500] = "", text[4000];
    struct sockaddr_in me; socklen_t size = sizeof me; char ip[20];
    int n = number_of(p), length;
    getsockname(p->fd, (void *)&me, &size);
    inet_ntop(AF_INET, &me.sin_addr, ip, sizeof ip);
    snprintf(user, sizeof user, "%d", first + n / per_user);
    snprintf(uri, sizeof uri, "sip:%s", domain);
    snprintf(password, sizeof password, "%s%s", secret, user);
    if (p->state == PROVING) digest(auth, p->challenge, 0, "REGISTER", uri, user, password);
    length = snprintf(text, sizeof text,
        "REGISTER %s SIP/2.0\r\nVia: SIP/2.0/%s %s:%d;branch=z9hG4bKs%d-%u-%d;rport\r\nMax-Forwards: 70\r\n"
        "From: <sip:%s@%s>;tag=s%d\r\nTo: <sip:%s@%s>\r\nCall-ID: storm-%d-%d@%s\r\nCSeq: %u REGISTER\r\n"
        "Contact: <sip:%s@%s:%d;transport=%s>\r\nExpires: 3600\r\n%sContent-Length: 0\r\n\r\n",
        uri, p->transport == UDP ? "UDP" : p->transport == TCP ? "TCP" : "TLS", ip, ntohs(me.sin_port), n, p->cseq, getpid(),
        user, domain, n, user, domain, n, getpid(), ip, p->cseq,
        user, ip, ntohs(me.sin_port), transports[p->transport], auth);
    long sent = p->tls ? SSL_write(p->tls, text, length) : send(p->fd, text, length, MSG_NOSIGNAL);
    if (sent != length && p->transport != UDP) { lose(p); return; }
    p->due = in_ms(p->transport == UDP ? 500 << (p->tries < 3 ? p->tries : 3) : 4000);
}
static void begin(struct phone *p) { p->state = ASKING; p->cseq++; p->tries = 0; ask(p); }

static void heard(struct phone *p, char *m) {
    int code = strncmp(m, "SIP/2.0 ", 8) ? 0 : atoi(m + 8);
    char *cs = hdr(m, "CSeq", NULL), *field;
    if (code < 200 || !cs || (unsigned)atoi(val(cs)) != p->cseq || (p->state != ASKING && p->state != PROVING)) return;
    if (code == 401 && p->state == ASKING && (field = hdr(m, "WWW-Authenticate", NULL))) {
        snprintf(p->challenge, sizeof p->challenge, "%.*s\r\n", eol(field), field);
        p->state = PROVING; p->cseq++; p->tries = 0;
        ask(p);
    } else if (code == 200) {
        p->state = REGISTERED; p->due = 0; p->tries = 0;
        if (storm && !p->back) p->back = now();
    } else {
        field = hdr(m, "Retry-After", NULL);
        if (code == 503) refused++; else rejected++;
        p->state = AWAY; p->due = in_ms(field ? 1000 * (atoi(val(field)) + random_share()) : 4000);
    }
}

/* ---- what happens ---- */
static void shake(struct phone *p) {
    if (!p->tls) {
        p->tls = SSL_new(context);
        SSL_set_fd(p->tls, p->fd);
        SSL_set_connect_state(p->tls);
    }
    int done = SSL_do_handshake(p->tls);
    if (done == 1) { begin(p); return; }
    int why = SSL_get_error(p->tls, done);
    ERR_clear_error();
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) lose(p);
}
static void take(struct phone *p) {
    for (;;) {
        int room = (int)sizeof p->in - 1 - p->length;
        long n = p->tls ? SSL_read(p->tls, p->in + p->length, room) : recv(p->fd, p->in + p->length, room, 0);
        if (n <= 0) {
            int waits = p->tls ? SSL_get_error(p->tls, n) == SSL_ERROR_WANT_READ : n < 0 && errno == EAGAIN;
            ERR_clear_error();
            if (!waits && p->transport != UDP) lose(p);
            return;
        }
        p->length += n; p->in[p->length] = 0;
        for (char *end; (end = strstr(p->in, "\r\n\r\n"));) { /* nothing that it hears has a body */
            char message[sizeof p->in];
            int size = (int)(end + 4 - p->in);
            memcpy(message, p->in, size); message[size] = 0;
            memmove(p->in, p->in + size, p->length - size + 1); p->length -= size;
            heard(p, message);
            if (p->fd < 0) return;
        }
        if (p->transport == UDP || p->length == (int)sizeof p->in - 1) p->length = 0;
    }
}
static void ready(struct phone *p, uint32_t events) {
    if (p->fd < 0) return;
    if (p->state == CONNECTING && p->transport != UDP) {
        int error = 0; socklen_t size = sizeof error;
        getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error || events & EPOLLHUP) { lose(p); return; }
        watch(p, EPOLLIN, EPOLL_CTL_MOD);
        if (p->transport == TCP) { begin(p); return; }
        p->state = SHAKING;
        shake(p);
    } else if (p->state == SHAKING) shake(p);
    else take(p);
}
static void due(struct phone *p) {
    switch (p->state) {
    case AWAY:
        if (p->fd < 0) open_way(p);
        if (p->fd >= 0 && (p->state == AWAY || p->transport == UDP)) begin(p);
        break;
    case CONNECTING: case SHAKING: lose(p); break;
    case ASKING: case PROVING:
        if (p->transport != UDP) { lose(p); break; }
        repeated++; p->tries++;
        ask(p);
        break;
    case REGISTERED: p->due = 0; break;
    }
}
static void begin_storm(void) {
    storm = now();
    for (int i = 0; i < count; i++) {
        struct phone *p = &phones[i];
        if (p->transport == UDP && p->state == REGISTERED) begin(p);
        else if (all && p->transport != UDP && p->state == REGISTERED) leave(p, 0);
    }
}

/* ---- telling ---- */
static int by_time(const void *a, const void *b) { double x = *(double *)a, y = *(double *)b; return x < y ? -1 : x > y; }
static void write_back(FILE *f) {
    double *ms = malloc(count * sizeof *ms);
    fprintf(f, "{\"phones\":%d,\"refused\":%ld,\"connections_lost\":%ld,\"repeated\":%ld,\"rejected\":%ld,\"back\":[", count, refused, resets, repeated, rejected);
    for (int t = 0; t < TRANSPORTS; t++) {
        int n = 0, of = 0;
        for (int i = 0; i < count; i++) if (phones[i].transport == (enum transport)t) { of++; if (phones[i].back) ms[n++] = (phones[i].back - storm) / 1e6; }
        qsort(ms, n, sizeof *ms, by_time);
        fprintf(f, "%s{\"transport\":\"%s\",\"phones\":%d,\"registered\":%d,\"p50_ms\":%.0f,\"p99_ms\":%.0f,\"max_ms\":%.0f}", t ? "," : "", transports[t], of, n,
            n ? ms[(n - 1) / 2] : -1, n ? ms[(n - 1) * 99 / 100] : -1, n ? ms[n - 1] : -1);
    }
    fprintf(f, "]}\n");
    free(ms);
}
static void tell(const char *path) {
    char draft[500];
    if (!path) return;
    snprintf(draft, sizeof draft, "%s.tmp", path);
    FILE *f = fopen(draft, "w");
    if (!f) fail(draft);
    write_back(f);
    fclose(f);
    rename(draft, path);
}

static void read_arguments(int argc, char **argv) {
    static struct option options[] = {{"target", 1, 0, 't'}, {"domain", 1, 0, 'd'}, {"secret", 1, 0, 's'}, {"first", 1, 0, 'f'}, {"phones", 1, 0, 'n'}, {"per-user", 1, 0, 'u'},
        {"from", 1, 0, 'F'}, {"sources", 1, 0, 'S'}, {"rate", 1, 0, 'r'}, {"ready", 1, 0, 'R'}, {"back", 1, 0, 'B'}, {"all", 0, 0, 'a'}, {0, 0, 0, 0}};
    for (int c; (c = getopt_long(argc, argv, "", options, 0)) != -1;) switch (c) {
        case 't': target = optarg; break; case 'd': domain = optarg; break; case 's': secret = optarg; break;
        case 'f': first = atoi(optarg); break; case 'n': count = atoi(optarg); break; case 'u': per_user = atoi(optarg); break;
        case 'F': from = optarg; break; case 'S': sources = atoi(optarg); break; case 'r': rate = atof(optarg); break;
        case 'R': ready_file = optarg; break; case 'B': back_file = optarg; break; case 'a': all = 1; break;
        default: exit(2);
    }
    if (!target || !domain || !from || count < 1 || per_user < 1 || sources < 1 || rate <= 0) { fprintf(stderr, "phones: see its first lines\n"); exit(2); }
}

int main(int argc, char **argv) {
    read_arguments(argc, argv);
    struct rlimit files = {count + 100, count + 100};
    if (setrlimit(RLIMIT_NOFILE, &files)) { getrlimit(RLIMIT_NOFILE, &files); files.rlim_cur = files.rlim_max; setrlimit(RLIMIT_NOFILE, &files); }
    signal(SIGUSR1, on_told); signal(SIGTERM, on_end); signal(SIGINT, on_end); signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_client_method());
    phones = calloc(count, sizeof *phones);
    if ((poller = epoll_create1(EPOLL_CLOEXEC)) < 0) fail("epoll_create1");
    for (int i = 0; i < count; i++) phones[i] = (struct phone){.fd = -1, .transport = i % TRANSPORTS, .due = in_ms(1000 * i / rate)};
    struct epoll_event events[256];
    uint64_t scanned = 0;
    int is_ready = 0, is_back = 0;
    while (!ended) {
        int n = epoll_wait(poller, events, 256, 10);
        for (int i = 0; i < n; i++) ready(events[i].data.ptr, events[i].events);
        if (told && !storm) begin_storm();
        uint64_t t = now();
        if (t - scanned < 10000000) continue;
        scanned = t;
        int registered = 0, back = 0;
        for (int i = 0; i < count; i++) {
            struct phone *p = &phones[i];
            if (p->due && p->due <= t) due(p);
            registered += p->state == REGISTERED; back += p->back != 0;
        }
        if (!is_ready && registered == count) { is_ready = 1; refused = resets = repeated = rejected = 0; tell(ready_file); }
        if (storm && !is_back && back == count) { is_back = 1; tell(back_file); }
    }
    if (storm && !is_back) tell(back_file);
    return storm ? !is_back : !is_ready;
}
