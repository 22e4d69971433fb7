/* rtpgen: paced RTP in both directions of many calls, through a relay.
 *
 * Pairs file: one "portA portB" line per call (ports at the relay).
 * Leg A sends to portA and expects leg B's packets back from it, and the
 * reverse (--relay-ip is where both ports are, --relay-ip-b where portB is, if elsewhere).  All calls share 2*K generator sockets (A: abase+2k, B: bbase+2k,
 * call i uses k = i % K), so the generator batches with sendmmsg/recvmmsg while
 * the relay still sees one socket pair per call.  A packet is recognised by its
 * payload (magic, call, direction, seq, send time), so SSRC/seq may be rewritten.
 * --pid P: the relay's process, whose CPU is counted.  Prints one line of JSON; gap_* is the
 * longest silence of each stream, dead_streams those that nothing came of at the end.
 *
 * --streams FILE: a line for each stream, "direction call longest-silence-us packets-lost dead"; direction 0 is
 * what leg A says.
 *
 * Calls are spread evenly over the 20 ms frame in 1 ms ticks.
 * Latency = kernel receive time stamp (SO_TIMESTAMPNS) - time just before the
 * sendmmsg chunk (16 packets) that carried the packet.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAXK 32
#define CHUNK 16
#define RB 64
#define PLEN 160
#define PKT (12 + PLEN)
#define MAGIC 0x52545047u

struct body { uint32_t magic, call; uint8_t dir, meas; uint16_t pad; uint32_t seq; uint64_t t; } __attribute__((packed));

static int ncalls = 100, K = 4, secs = 15, warm = 2, abase = 25000, bbase = 25200, cpu = -1, direct = 0, oneway = 0;
static const char *streams, *pairs, *ips[2] = {"127.0.0.1", 0}, *myip = "127.0.0.1";
static int pids[16], npid;
static int fdA[MAXK], fdB[MAXK];
static struct sockaddr_in *dst[2];
static uint32_t *seqno[2], *lastseq[2], *said[2], *heard[2];
static uint64_t *lastrx[2]; static uint32_t *gap[2]; /* longest silence per stream, us: failover */
static uint32_t *lat; static size_t nlat, caplat;
static uint64_t sent, recvd, reord, foreign, senderr, warmrecv;

static uint64_t now(clockid_t c) { struct timespec t; clock_gettime(c, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }

static int mk(int port) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), one = 1, b = 16 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &b, sizeof b);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &b, sizeof b);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, myip, &a.sin_addr);
    if (bind(fd, (void *)&a, sizeof a)) { perror("bind"); exit(2); }
    return fd;
}

static void cputime(double *ut, double *st, double *sched) {
    *ut = *st = *sched = 0;
    for (int i = 0; i < npid; i++) {
        char p[300]; snprintf(p, sizeof p, "/proc/%d/stat", pids[i]);
        FILE *f = fopen(p, "r"); char buf[2048];
        if (!f) continue;
        size_t n = fread(buf, 1, sizeof buf - 1, f); buf[n] = 0; fclose(f);
        char *q = strrchr(buf, ')'); unsigned long u, s;
        if (q && sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s) == 2) {
            double hz = sysconf(_SC_CLK_TCK); *ut += u / hz; *st += s / hz;
        }
        snprintf(p, sizeof p, "/proc/%d/task", pids[i]);
        DIR *d = opendir(p); struct dirent *e;
        while (d && (e = readdir(d))) {
            if (e->d_name[0] == '.') continue;
            char t[600]; snprintf(t, sizeof t, "%s/%s/schedstat", p, e->d_name);
            FILE *g = fopen(t, "r"); unsigned long long ns;
            if (g) { if (fscanf(g, "%llu", &ns) == 1) *sched += ns / 1e9; fclose(g); }
        }
        if (d) closedir(d);
    }
}

static unsigned long busyticks; /* all busy time of the machine: shows what else ran */
static unsigned long steal(void) {
    FILE *f = fopen("/proc/stat", "r"); unsigned long v[8] = {0};
    if (fscanf(f, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", v, v+1, v+2, v+3, v+4, v+5, v+6, v+7) != 8) v[7] = 0;
    fclose(f); busyticks = v[0] + v[1] + v[2] + v[5] + v[6]; return v[7];
}

static unsigned char rbuf[RB][2048], cbuf[RB][128];
static void drain(int fd, int leg) {
    for (;;) {
        struct mmsghdr m[RB]; struct iovec iov[RB];
        for (int i = 0; i < RB; i++) {
            iov[i] = (struct iovec){rbuf[i], sizeof rbuf[i]};
            memset(&m[i], 0, sizeof m[i]);
            m[i].msg_hdr.msg_iov = &iov[i]; m[i].msg_hdr.msg_iovlen = 1;
            m[i].msg_hdr.msg_control = cbuf[i]; m[i].msg_hdr.msg_controllen = sizeof cbuf[i];
        }
        int n = recvmmsg(fd, m, RB, MSG_DONTWAIT, NULL);
        if (n <= 0) return;
        for (int i = 0; i < n; i++) {
            struct body b;
            if (m[i].msg_len < 12 + sizeof b) { foreign++; continue; }
            memcpy(&b, rbuf[i] + 12, sizeof b);
            if (b.magic != MAGIC || b.call >= (uint32_t)ncalls || b.dir == leg || b.dir > 1) { foreign++; continue; }
            if (!b.meas) { warmrecv++; continue; }
            uint64_t t = 0;
            for (struct cmsghdr *c = CMSG_FIRSTHDR(&m[i].msg_hdr); c; c = CMSG_NXTHDR(&m[i].msg_hdr, c))
                if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
                    struct timespec ts; memcpy(&ts, CMSG_DATA(c), sizeof ts); t = ts.tv_sec * 1000000000ull + ts.tv_nsec;
                }
            if (b.seq <= lastseq[b.dir][b.call]) reord++; else lastseq[b.dir][b.call] = b.seq;
            if (lastrx[b.dir][b.call]) { uint64_t g = (t - lastrx[b.dir][b.call]) / 1000; if (t > lastrx[b.dir][b.call] && g > gap[b.dir][b.call]) gap[b.dir][b.call] = g; }
            lastrx[b.dir][b.call] = t; recvd++; heard[b.dir][b.call]++;
            if (nlat < caplat) { uint64_t d = t > b.t ? t - b.t : 0; lat[nlat++] = d > UINT32_MAX ? UINT32_MAX : d; }
        }
        if (n < RB) return;
    }
}

static unsigned char sbuf[CHUNK][PKT];
static void sendbatch(int dir, int *calls, int n, int meas) {
    /* group by socket: calls[] holds calls of one k */
    for (int o = 0; o < n; o += CHUNK) {
        int c = n - o < CHUNK ? n - o : CHUNK;
        struct mmsghdr m[CHUNK]; struct iovec iov[CHUNK];
        int k = calls[o] % K, fd = dir ? fdB[k] : fdA[k];
        uint64_t t = now(CLOCK_REALTIME);
        for (int i = 0; i < c; i++) {
            int call = calls[o + i]; uint32_t s = ++seqno[dir][call]; if (meas) said[dir][call]++;
            unsigned char *p = sbuf[i];
            p[0] = 0x80; p[1] = 0; p[2] = s >> 8; p[3] = s;
            uint32_t ts = htonl(s * 160), ssrc = htonl(0x10000000u + call * 2 + dir);
            memcpy(p + 4, &ts, 4); memcpy(p + 8, &ssrc, 4);
            memset(p + 12, 0xff, PLEN);
            struct body b = {MAGIC, call, dir, meas, 0, s, t}; memcpy(p + 12, &b, sizeof b);
            iov[i] = (struct iovec){p, PKT};
            memset(&m[i], 0, sizeof m[i]);
            m[i].msg_hdr = (struct msghdr){.msg_name = &dst[dir][call], .msg_namelen = sizeof(struct sockaddr_in), .msg_iov = &iov[i], .msg_iovlen = 1};
        }
        int done = 0;
        while (done < c) {
            int r = sendmmsg(fd, m + done, c - done, 0);
            if (r <= 0) { senderr++; done++; } else { done += r; if (meas) sent += r; }
        }
    }
}

static int cmp(const void *a, const void *b) { uint32_t x = *(uint32_t *)a, y = *(uint32_t *)b; return x < y ? -1 : x > y; }
static double pct(double p) { if (!nlat) return -1; size_t i = p * (nlat - 1); return lat[i] / 1000.0; }

int main(int argc, char **argv) {
    const char *label = "";
    static struct option o[] = {{"pairs",1,0,'p'},{"calls",1,0,'n'},{"secs",1,0,'s'},{"warm",1,0,'w'},{"abase",1,0,'a'},{"bbase",1,0,'b'},{"socks",1,0,'k'},
        {"pid",1,0,'P'},{"cpu",1,0,'c'},{"direct",0,0,'d'},{"relay-ip",1,0,'r'},{"relay-ip-b",1,0,'R'},{"my-ip",1,0,'m'},{"label",1,0,'l'},{"oneway",0,0,'o'},{"streams",1,0,'S'},{0,0,0,0}};
    for (int c; (c = getopt_long(argc, argv, "", o, 0)) != -1;) switch (c) {
        case 'p': pairs = optarg; break; case 'n': ncalls = atoi(optarg); break; case 's': secs = atoi(optarg); break;
        case 'w': warm = atoi(optarg); break; case 'a': abase = atoi(optarg); break; case 'b': bbase = atoi(optarg); break;
        case 'k': K = atoi(optarg); break; case 'P': if (npid < 16) pids[npid++] = atoi(optarg); break; case 'c': cpu = atoi(optarg); break;
        case 'd': direct = 1; break; case 'r': ips[0] = optarg; break; case 'R': ips[1] = optarg; break; case 'm': myip = optarg; break; case 'l': label = optarg; break; case 'o': oneway = 1; break; case 'S': streams = optarg; break;
        default: return 2; }
    if (K < 1 || K > MAXK) return 2;
    if (cpu >= 0) { cpu_set_t s; CPU_ZERO(&s); CPU_SET(cpu, &s); sched_setaffinity(0, sizeof s, &s); }
    setpriority(PRIO_PROCESS, 0, -5);
    for (int d = 0; d < 2; d++) { dst[d] = calloc(ncalls, sizeof **dst); seqno[d] = calloc(ncalls, 4); lastseq[d] = calloc(ncalls, 4); lastrx[d] = calloc(ncalls, 8); gap[d] = calloc(ncalls, 4); said[d] = calloc(ncalls, 4); heard[d] = calloc(ncalls, 4); }
    FILE *f = direct ? NULL : fopen(pairs, "r");
    if (!direct && !f) { perror("pairs"); return 2; }
    for (int i = 0; i < ncalls; i++) {
        int pa, pb;
        if (direct) { pa = bbase + 2 * (i % K); pb = abase + 2 * (i % K); }
        else if (fscanf(f, "%d %d", &pa, &pb) != 2) { fprintf(stderr, "pairs file has only %d calls\n", i); return 2; }
        for (int d = 0; d < 2; d++) { dst[d][i].sin_family = AF_INET; dst[d][i].sin_port = htons(d ? pb : pa); inet_pton(AF_INET, d && ips[1] ? ips[1] : ips[0], &dst[d][i].sin_addr); }
    }
    int ep = epoll_create1(0);
    for (int k = 0; k < K; k++) for (int d = 0; d < 2; d++) {
        int fd = mk((d ? bbase : abase) + 2 * k); if (d) fdB[k] = fd; else fdA[k] = fd;
        struct epoll_event e = {.events = EPOLLIN, .data.u64 = (uint64_t)d << 32 | fd}; epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
    }
    caplat = (size_t)ncalls * 100 * (secs + 1) + 1000; lat = malloc(caplat * 4); memset(lat, 0, caplat * 4);
    int *batch = malloc(sizeof(int) * (ncalls + 1));
    uint64_t t0 = now(CLOCK_MONOTONIC) + 1000000, maxlate = 0, lateticks = 0; long total = (long)(warm + secs) * 1000, wt = warm * 1000L;
    double u0 = 0, s0 = 0, c0 = 0, u1, s1, c1; unsigned long st0 = 0, st1 = 0, b0 = 0, b1 = 0; uint64_t m0 = 0, m1 = 0; struct rusage r0, r1; getrusage(RUSAGE_SELF, &r0);
    for (long tick = 0; tick < total + 500; tick++) {
        uint64_t due = t0 + tick * 1000000ull, t;
        if (now(CLOCK_MONOTONIC) >= due) for (int k = 0; k < K; k++) { drain(fdA[k], 0); drain(fdB[k], 1); } /* late: still drain, else our own buffers overflow and read as loss */
        while ((t = now(CLOCK_MONOTONIC)) < due) {
            struct timespec to = {0, due - t}; struct epoll_event ev[2 * MAXK];
            int n = epoll_pwait2(ep, ev, 2 * MAXK, &to, NULL);
            for (int i = 0; i < n; i++) drain((int)(ev[i].data.u64 & 0xffffffff), ev[i].data.u64 >> 32);
        }
        if (tick >= total) continue;
        if (tick == wt) { cputime(&u0, &s0, &c0); st0 = steal(); b0 = busyticks; m0 = now(CLOCK_MONOTONIC); getrusage(RUSAGE_SELF, &r0); }
        if (tick > wt) { uint64_t l = t - due; if (l > maxlate) maxlate = l; if (l > 1000000) lateticks++; }
        int ph = tick % 20;
        for (int k = 0; k < K; k++) {
            int n = 0;
            /* phase of call = (call / K) % 20 so each socket's calls spread evenly */
            for (int i = ph * K + k; i < ncalls; i += 20 * K) batch[n++] = i;
            if (n) { sendbatch(0, batch, n, tick >= wt); if (!oneway) sendbatch(1, batch, n, tick >= wt); }
        }
        if (tick == total - 1) { cputime(&u1, &s1, &c1); m1 = now(CLOCK_MONOTONIC); getrusage(RUSAGE_SELF, &r1); st1 = steal(); b1 = busyticks; }
    }
    qsort(lat, nlat, 4, cmp);
    uint32_t *gp = malloc(8 * (ncalls + 1)); long dead = 0; /* dead: nothing came in the last 200 ms of the run */
    FILE *list = streams ? fopen(streams, "w") : NULL;
    for (int d = 0; list && d < (oneway ? 1 : 2); d++) for (int i = 0; i < ncalls; i++)
        fprintf(list, "%d %d %u %d %d\n", d, i, gap[d][i], (int)(said[d][i] - heard[d][i]), lastrx[d][i] + 700000000ull < now(CLOCK_REALTIME));
    if (list) fclose(list);
    for (int d = 0; d < 2; d++) { memcpy(gp + d * ncalls, gap[d], 4 * ncalls); for (int i = 0; i < ncalls; i++) if (!(d && oneway) && lastrx[d][i] + 700000000ull < now(CLOCK_REALTIME)) dead++; }
    qsort(gp, 2 * ncalls, 4, cmp);
    double wall = (m1 - m0) / 1e9, sc = c1 - c0, cpu_s = sc, gen = (r1.ru_utime.tv_sec - r0.ru_utime.tv_sec) + (r1.ru_stime.tv_sec - r0.ru_stime.tv_sec) + (r1.ru_utime.tv_usec - r0.ru_utime.tv_usec + r1.ru_stime.tv_usec - r0.ru_stime.tv_usec) / 1e6;
    printf("{\"label\":\"%s\",\"calls\":%d,\"wall_s\":%.2f,\"sent\":%lu,\"recv\":%lu,\"lost\":%ld,\"loss_pct\":%.4f,\"reordered\":%lu,\"foreign\":%lu,\"senderr\":%lu,"
        "\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,\"relay_user_s\":%.2f,\"relay_sys_s\":%.2f,\"relay_sched_s\":%.3f,"
        "\"relay_core_pct\":%.1f,\"cpu_s_per_Mpkt\":%.3f,\"gen_core_pct\":%.1f,\"gen_max_late_us\":%.0f,\"gen_late_ticks\":%lu,\"steal_ticks\":%lu,\"other_core_pct\":%.1f,\"gap_p50_ms\":%.1f,\"gap_p99_ms\":%.1f,\"gap_max_ms\":%.1f,\"dead_streams\":%ld}\n",
        label, ncalls, wall, sent, recvd, (long)(sent - recvd), sent ? 100.0 * (double)(sent - recvd) / sent : 0, reord, foreign, senderr,
        pct(.5), pct(.9), pct(.99), pct(.999), nlat ? lat[nlat - 1] / 1000.0 : -1, u1 - u0, s1 - s0, sc, 100 * cpu_s / wall,
        recvd ? cpu_s * 1e6 / recvd : 0, 100 * gen / wall, maxlate / 1000.0, lateticks, st1 - st0,
        100 * ((b1 - b0) / (double)sysconf(_SC_CLK_TCK) - gen - cpu_s) / wall, gp[ncalls] / 1e3, gp[(long)(2 * ncalls * 0.99)] / 1e3, gp[2 * ncalls - 1] / 1e3, dead);
    return 0;
}
