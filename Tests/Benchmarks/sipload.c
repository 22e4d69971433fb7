/* sipload: small SIP/UDP load generator, UAC and UAS in one thread.
 *
 *  calls     sipload --target 127.0.0.1:5060 --rate 500 --calls 5000 [--hold 0] [--pid P ...]
 *            INVITE-180-200-ACK-(hold)-BYE-200 through a proxy or B2BUA whose next hop for
 *            sip:<digits>@target is our UAS (--uas-port).  Call = failed unless all came.
 *            Dialled is --duser and eight digits: the call's number modulo --users.
 *  held      ... --pairs FILE --keep 60: sets all calls up, writes "portA portB" lines
 *            (server's RTP ports; no more calls than --users) when they are, holds them until SIGTERM/SIGINT or --keep, then BYEs.
 *  register  --register --users 1000 --rate 0 --conc 32 --calls 20000 : REGISTER, 401, REGISTER+digest, 200.
 *            User N is 100000+N, its password "p" and its name; its domain is "t<N % T>.bench.test" with
 *            --tenants T, or --domain; --first is the first of them; --secret S is said instead of "p".  --rate 0 = closed loop with --conc open.
 *  callers   --callers --domain D: call N is placed by user N at this domain, with a password as above, to
 *            sip:<digits>@D.  --called-base B: what our UAS is asked for is B more than the call's number
 *            (100000, the first user's name, by itself).  --log FILE: a line for each call at the end,
 *            "Call-ID ok|failed WHY SECONDS": the status that it failed by, 0 none, 1 a
 *            BYE that nobody asked for; from its answer to our BYE.
 * --auth user:pass answers 401/407 to INVITE.  Retransmits INVITE/BYE/REGISTER (500 ms doubling).
 * Prints one JSON line.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "siptext.h"

enum { IDLE, INV, UP, BYE, DONE, FAIL };
struct call { uint16_t why; uint8_t st, rtx, auth, got180; uint16_t cseq; uint64_t t0, tup, tlast; char *dlg; /* R-URI and routes for ACK/BYE */ int pa, pb; };
static struct call *C;
static const char *tip = "127.0.0.1", *myip = "127.0.0.1", *pairsf, *au, *ap, *label = "", *duser = "", *domain, *logf, *secret = "p";
static int tport = 5060, uacp = 5070, uasp = 5080, total = 1000, users = 1000, tenants = 1, first = 0, conc = 32, reg, K = 4, abase = 25000, bbase = 25200, cpu = -1, keep = 0, timeo = 8, quick = 0, callers;
static double rate = 100; static int hold = 0; static int pids[256], npid; static unsigned run;
static int fd[2]; static struct sockaddr_in tgt; static volatile int stop;
static long long calledbase = 100000;
static long started, ok, failed, upn, got180, ended, rtxs, reinv, uasinv, uasack, uasbye, rbye, other, f_to, f_code[7], openc;
static float *ls, *lb, *l180; static long nls, nlb, nl180;

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }
static void onsig(int s) { (void)s; stop = 1; }

/* ---- batched output ---- */
#define QN 64
static char qb[2][QN][4096]; static int ql[2][QN], qn[2]; static struct sockaddr_in qa[2][QN];
static void flush(int s) {
    struct mmsghdr m[QN]; struct iovec v[QN]; memset(m, 0, sizeof m);
    for (int i = 0; i < qn[s]; i++) { v[i] = (struct iovec){qb[s][i], ql[s][i]}; m[i].msg_hdr = (struct msghdr){.msg_name = &qa[s][i], .msg_namelen = sizeof qa[s][i], .msg_iov = &v[i], .msg_iovlen = 1}; }
    for (int d = 0; d < qn[s];) { int r = sendmmsg(fd[s], m + d, qn[s] - d, 0); if (r <= 0) { if (errno != EAGAIN) d++; } else d += r; }
    qn[s] = 0;
}
static char *slot(int s, struct sockaddr_in *a) { if (qn[s] == QN) flush(s); qa[s][qn[s]] = *a; return qb[s][qn[s]]; }
static void commit(int s, int len) { ql[s][qn[s]++] = len; }

/* ---- headers ---- */
static char *copyall(char *o, char *m, const char *name) {
    for (char *l = hdr(m, name, NULL); l; ) { int n = eol(l); memcpy(o, l, n + 2); o += n + 2; l = hdr(m, name, l + n); }
    return o;
}
static int audioport(char *m) { char *b = strstr(m, "\r\n\r\n"), *a = b ? strstr(b, "m=audio ") : NULL; return a ? atoi(a + 8) : 0; }
static int sdp(char *o, int port, const char *direction) {
    return sprintf(o, "v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=%s\r\n", myip, myip, port, direction);
}
/* ---- client side ---- */
static char *callee(int i) { static char o[200]; if (domain) sprintf(o, "sip:%s%08d@%s", duser, i % users, domain); else sprintf(o, "sip:%s%08d@%s:%d", duser, i % users, tip, tport); return o; }
static char *caller(int i) { static char o[200]; if (callers) sprintf(o, "sip:%d@%s", 100000 + i % users, domain); else sprintf(o, "sip:%s@%s:%d", au ? au : "uac", myip, uacp); return o; }
static void sendinv(int i, char *chal, int proxy) {
    char *o = slot(0, &tgt), body[400], uri[100], auth[1500] = ""; struct call *c = &C[i];
    if (reg) {
        int u = (first + i) % users; char us[20], pw[64], dom[40]; snprintf(us, sizeof us, "%d", 100000 + u); snprintf(pw, sizeof pw, "%s%s", secret, us); if (domain) snprintf(dom, sizeof dom, "%s", domain); else snprintf(dom, sizeof dom, "t%d.bench.test", u % tenants); sprintf(uri, "sip:%s", dom);
        if (chal) digest(auth, chal, proxy, "REGISTER", uri, us, pw);
        commit(0, sprintf(o, "REGISTER %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%x-%d-%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:%s@%s>;tag=f%d\r\nTo: <sip:%s@%s>\r\nCall-ID: r%d-%x@%s\r\nCSeq: %d REGISTER\r\n"
            "Contact: <sip:%s@%s:%d>\r\nExpires: 3600\r\n%sContent-Length: 0\r\n\r\n", uri, myip, uacp, run, i, c->cseq, us, dom, i, us, dom, i, run, myip, c->cseq, us, myip, uacp, auth));
        return;
    }
    int n = sdp(body, abase + 2 * (i % K), "sendrecv"); snprintf(uri, sizeof uri, "%s", callee(i));
    if (chal && callers) { char us[20], pw[64]; snprintf(us, sizeof us, "%d", 100000 + i % users); snprintf(pw, sizeof pw, "%s%s", secret, us); digest(auth, chal, proxy, "INVITE", uri, us, pw); }
    else if (chal && au) digest(auth, chal, proxy, "INVITE", uri, au, ap);
    commit(0, sprintf(o, "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%x-%d-%d;rport\r\nMax-Forwards: 70\r\nFrom: <%s>;tag=f%d\r\nTo: <%s>\r\nCall-ID: c%d-%x@%s\r\nCSeq: %d INVITE\r\n"
        "Contact: <sip:uac@%s:%d>\r\nAllow: INVITE, ACK, CANCEL, BYE\r\n%sContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", uri, myip, uacp, run, i, c->cseq, caller(i), i, uri, i, run, myip, c->cseq, myip, uacp, auth, n, body));
}
static void begin(int i) { struct call *c = &C[i]; c->st = INV; c->cseq = 1; c->t0 = c->tlast = now(); c->rtx = 0; started++; openc++; sendinv(i, NULL, 0); }
static void finish(int i, int good) { struct call *c = &C[i]; c->st = good ? DONE : FAIL; if (good) ok++; else failed++; ended++; openc--; if (c->dlg) { free(c->dlg); c->dlg = NULL; } }
/* dlg: "uri\0tohdr\0routes" */
static void indialog(int i, const char *method, int cseq) {
    struct call *c = &C[i]; char *uri = c->dlg, *to = uri + strlen(uri) + 1, *rt = to + strlen(to) + 1, *o = slot(0, &tgt);
    commit(0, sprintf(o, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%x-%d-%s;rport\r\nMax-Forwards: 70\r\n%sFrom: <%s>;tag=f%d\r\n%s\r\nCall-ID: c%d-%x@%s\r\nCSeq: %d %s\r\nContact: <sip:uac@%s:%d>\r\nContent-Length: 0\r\n\r\n",
        method, uri, myip, uacp, run, i, method, rt, caller(i), i, to, i, run, myip, cseq, method, myip, uacp));
}
static void sendbye(int i) { C[i].st = BYE; C[i].rtx = 0; C[i].tlast = now(); indialog(i, "BYE", C[i].cseq + 1); }
static void mkdlg(struct call *c, char *m) {
    char *ct = hdr(m, "Contact", NULL), *to = hdr(m, "To", NULL), buf[3000], *o = buf; if (!ct || !to) return;
    char *a = strchr(ct, '<'), *e = a ? strchr(a, '>') : NULL; if (!e) return;
    o += sprintf(o, "%.*s", (int)(e - a - 1), a + 1) + 1; o += sprintf(o, "%.*s", eol(to), to) + 1;
    char *rr[10]; int n = 0; for (char *l = hdr(m, "Record-Route", NULL); l && n < 10; l = hdr(m, "Record-Route", l + eol(l))) rr[n++] = l;
    *o = 0; while (n--) o += sprintf(o, "Route: %.*s\r\n", (int)(eol(rr[n]) - (val(rr[n]) - rr[n])), val(rr[n]));
    o++; c->dlg = malloc(o - buf); memcpy(c->dlg, buf, o - buf);
}
static int *byeq; static long bh, bt; /* FIFO of connected calls */
static void response(char *m) {
    int code = atoi(m + 8);
    char *ci = hdr(m, "Call-ID", NULL), *cs = hdr(m, "CSeq", NULL); if (!ci || !cs) { other++; return; }
    char *v = val(ci); int i = atoi(v + 1); unsigned r; char *dash = strchr(v, '-');
    if ((v[0] != 'c' && v[0] != 'r') || !dash || sscanf(dash + 1, "%x", &r) != 1 || r != run || i < 0 || i >= total) { other++; return; }
    struct call *c = &C[i]; char *meth = val(cs); int seq = atoi(meth); meth = strchr(meth, ' ') + 1; uint64_t t = now();
    if (code < 200) { if (c->st == INV && code == 180 && !c->got180) { c->got180 = 1; got180++; l180[nl180++] = (t - c->t0) / 1e3; } if (c->st == INV) c->rtx = 200; return; }
    if (c->st == INV && (code == 401 || code == 407) && !c->auth && seq == c->cseq) {
        char *ch = hdr(m, code == 401 ? "WWW-Authenticate" : "Proxy-Authenticate", NULL);
        if (ch) { if (!reg) { mkdlg(c, m); char *to = hdr(m, "To", NULL), *o = slot(0, &tgt); commit(0, sprintf(o, "ACK %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%x-%d-%d;rport\r\nMax-Forwards: 70\r\nFrom: <%s>;tag=f%d\r\n%.*s\r\nCall-ID: c%d-%x@%s\r\nCSeq: %d ACK\r\nContent-Length: 0\r\n\r\n", callee(i), myip, uacp, run, i, c->cseq, caller(i), i, eol(to), to, i, run, myip, c->cseq)); if (c->dlg) { free(c->dlg); c->dlg = NULL; } }
            c->auth = 1; c->cseq++; c->rtx = 0; c->tlast = t; sendinv(i, ch, code == 407); return; }
    }
    if (reg) { if (c->st == INV) { if (code == 200) { ls[nls++] = (t - c->t0) / 1e3; finish(i, 1); } else { f_code[code / 100]++; finish(i, 0); } } return; }
    if (!strncmp(meth, "INVITE", 6)) {
        if (code < 300) {
            if (c->st == INV) { mkdlg(c, m); if (!c->dlg) { finish(i, 0); return; } c->pa = audioport(m); c->st = UP; c->tup = t; ls[nls++] = (t - c->t0) / 1e3; upn++; indialog(i, "ACK", c->cseq); byeq[bt++] = i; }
            else if (c->dlg && seq == c->cseq) { rtxs++; indialog(i, "ACK", c->cseq); }
        } else if (seq == c->cseq) {
            char *to = hdr(m, "To", NULL), *o = slot(0, &tgt);
            commit(0, sprintf(o, "ACK %s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bK%x-%d-%d;rport\r\nMax-Forwards: 70\r\nFrom: <%s>;tag=f%d\r\n%.*s\r\nCall-ID: c%d-%x@%s\r\nCSeq: %d ACK\r\nContent-Length: 0\r\n\r\n", callee(i), myip, uacp, run, i, c->cseq, caller(i), i, eol(to), to, i, run, myip, c->cseq));
            if (c->st == INV) { c->why = code; if (code / 100 < 7) f_code[code / 100]++; finish(i, 0); }
        }
    } else if (!strncmp(meth, "BYE", 3) && c->st == BYE) {
        if (code < 300) { lb[nlb++] = (t - c->tlast) / 1e3; finish(i, c->got180 || quick); } else { c->why = code; f_code[code / 100]++; finish(i, 0); }
    }
}

/* ---- server side (stateless) ---- */
/* direction: NULL: without a description of sound. */
static void reply(int s, char *m, struct sockaddr_in *src, int code, const char *txt, const char *direction) {
    char *o0 = slot(s, src), *o = o0, body[400]; int n = 0, port = s ? bbase : abase;
    o += sprintf(o, "SIP/2.0 %d %s\r\n", code, txt); o = copyall(o, m, "Via"); o = copyall(o, m, "Record-Route");
    char *f = hdr(m, "From", NULL), *t = hdr(m, "To", NULL), *ci = hdr(m, "Call-ID", NULL), *cs = hdr(m, "CSeq", NULL); if (!f || !t || !ci || !cs) { other++; return; }
    o += sprintf(o, "%.*s\r\n", eol(f), f); int tl = eol(t); char *tg = memmem(t, tl, "tag=", 4);
    if (tg) o += sprintf(o, "%.*s\r\n", tl, t); else { uint32_t h = 2166136261u; for (char *p = val(ci); *p != '\r'; p++) h = (h ^ (unsigned char)*p) * 16777619u; o += sprintf(o, "%.*s;tag=s%08x\r\n", tl, t, h); }
    o += sprintf(o, "%.*s\r\n%.*s\r\nContact: <sip:ua@%s:%d>\r\n", eol(ci), ci, eol(cs), cs, myip, s ? uasp : uacp);
    if (direction) { static unsigned turn; n = sdp(body, port + 2 * (turn++ % K), direction); o += sprintf(o, "Content-Type: application/sdp\r\n"); }
    o += sprintf(o, "Content-Length: %d\r\n\r\n", n); if (n) { memcpy(o, body, n); o += n; }
    commit(s, o - o0);
}
static void request(int s, char *m, struct sockaddr_in *src) {
    if (!strncmp(m, "INVITE", 6)) {
        char *t = hdr(m, "To", NULL);
        if (t && memmem(t, eol(t), "tag=", 4)) { reinv++; reply(s, m, src, 200, "OK", "sendrecv"); return; }
        uasinv++; char *u = strstr(m, "sip:"); long long called = u ? atoll(u + 4) - calledbase : -1;
        if (called >= 0 && called < total) C[called].pb = audioport(m);
        reply(s, m, src, 180, "Ringing", NULL); reply(s, m, src, 200, "OK", "sendrecv");
    } else if (!strncmp(m, "ACK", 3)) uasack++;
    else if (!strncmp(m, "BYE", 3)) { if (s) uasbye++; else { rbye++; char *ci = hdr(m, "Call-ID", NULL); int i = ci ? atoi(val(ci) + 1) : -1; if (i >= 0 && i < total && C[i].st == UP) { C[i].st = FAIL; C[i].why = 1; failed++; ended++; openc--; } } reply(s, m, src, 200, "OK", NULL); }
    else reply(s, m, src, 200, "OK", NULL);
}

static double cputime(void) {
    double s = 0;
    for (int i = 0; i < npid; i++) {
        char p[300], buf[2048]; snprintf(p, sizeof p, "/proc/%d/stat", pids[i]); FILE *f = fopen(p, "r"); if (!f) continue;
        size_t n = fread(buf, 1, sizeof buf - 1, f); buf[n] = 0; fclose(f); char *q = strrchr(buf, ')'); unsigned long u, k;
        if (q && sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &k) == 2) s += (u + k) / (double)sysconf(_SC_CLK_TCK);
    }
    return s;
}
static double busy(void) { unsigned long v[7] = {0}; FILE *f = fopen("/proc/stat", "r"); int n = fscanf(f, "cpu %lu %lu %lu %lu %lu %lu %lu", v, v+1, v+2, v+3, v+4, v+5, v+6); fclose(f); return n < 7 ? 0 : (v[0] + v[1] + v[2] + v[5] + v[6]) / (double)sysconf(_SC_CLK_TCK); }
static double selfcpu(void) { struct rusage r; getrusage(RUSAGE_SELF, &r); return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6; }
static int cmpf(const void *a, const void *b) { float x = *(float *)a, y = *(float *)b; return x < y ? -1 : x > y; }
static double pc(float *a, long n, double p) { return n ? a[(long)(p * (n - 1))] / 1000 : -1; }

int main(int argc, char **argv) {
    static struct option o[] = {{"target",1,0,'t'},{"my-ip",1,0,'m'},{"uac-port",1,0,'A'},{"uas-port",1,0,'B'},{"rate",1,0,'r'},{"calls",1,0,'n'},{"hold",1,0,'h'},{"pid",1,0,'P'},{"pairs",1,0,'p'},{"keep",1,0,'k'},
        {"register",0,0,'R'},{"users",1,0,'u'},{"tenants",1,0,'T'},{"first",1,0,'F'},{"conc",1,0,'c'},{"auth",1,0,'a'},{"cpu",1,0,'C'},{"abase",1,0,1},{"bbase",1,0,2},{"socks",1,0,3},{"label",1,0,4},{"duser",1,0,5},{"no180",0,0,6},{"timeout",1,0,7},{"domain",1,0,8},{"callers",0,0,9},{"called-base",1,0,10},{"log",1,0,11},{"secret",1,0,12},{0,0,0,0}};
    for (int c; (c = getopt_long(argc, argv, "", o, 0)) != -1;) switch (c) {
        case 't': { char *x = strdup(optarg), *q = strchr(x, ':'); if (q) { *q = 0; tport = atoi(q + 1); } tip = x; break; }
        case 'm': myip = optarg; break; case 'A': uacp = atoi(optarg); break; case 'B': uasp = atoi(optarg); break; case 'r': rate = atof(optarg); break; case 'n': total = atoi(optarg); break;
        case 'h': hold = atoi(optarg); break; case 'P': if (npid < 256) pids[npid++] = atoi(optarg); break; case 'p': pairsf = optarg; break; case 'k': keep = atoi(optarg); break; case 'R': reg = 1; break;
        case 'u': users = atoi(optarg); break; case 'T': tenants = atoi(optarg); break; case 'F': first = atoi(optarg); break; case 'c': conc = atoi(optarg); break; case 'a': { char *x = strdup(optarg), *q = strchr(x, ':'); if (!q) return 2; *q = 0; au = x; ap = q + 1; break; }
        case 'C': cpu = atoi(optarg); break; case 1: abase = atoi(optarg); break; case 2: bbase = atoi(optarg); break; case 3: K = atoi(optarg); break; case 4: label = optarg; break; case 5: duser = optarg; break; case 6: quick = 1; break; case 7: timeo = atoi(optarg); break; case 8: domain = optarg; break; case 9: callers = 1; break; case 10: calledbase = atoll(optarg); break; case 11: logf = optarg; break; case 12: secret = optarg; break;
        default: return 2; }
    if (cpu >= 0) { cpu_set_t s; CPU_ZERO(&s); CPU_SET(cpu, &s); sched_setaffinity(0, sizeof s, &s); }
    if (callers && !domain) return 2;
    signal(SIGINT, onsig); signal(SIGTERM, onsig); run = (unsigned)(now() / 1000) ^ getpid() << 12;
    C = calloc(total, sizeof *C); byeq = calloc(total, sizeof *byeq); ls = malloc(4l * total); lb = malloc(4l * total); l180 = malloc(4l * total);
    tgt = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(tport)}; inet_pton(AF_INET, tip, &tgt.sin_addr);
    struct pollfd pf[2];
    for (int s = 0; s < 2; s++) {
        fd[s] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0); int b = 32 << 20; setsockopt(fd[s], SOL_SOCKET, SO_RCVBUFFORCE, &b, sizeof b); setsockopt(fd[s], SOL_SOCKET, SO_SNDBUFFORCE, &b, sizeof b);
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(s ? uasp : uacp)}; inet_pton(AF_INET, myip, &a.sin_addr);
        if (bind(fd[s], (void *)&a, sizeof a)) { perror("bind"); return 2; }
        pf[s] = (struct pollfd){fd[s], POLLIN, 0};
    }
    static char rb[64][8192]; uint64_t t0 = now(), lastscan = t0, tend = 0; double c0 = cputime(), b0 = busy(), s0 = selfcpu(); long next = 0; int wrote = 0; uint64_t keepend = 0; long maxopen = 0;
    double c1 = 0, b1 = 0, s1 = 0; int loopend = 0;
    while (!loopend) {
        uint64_t t = now();
        if (next < total && !stop) {
            if (rate > 0) { long due = (long)((t - t0) / 1e9 * rate) + 1; int burst = 0; while (next < due && next < total && burst++ < 64) begin(next++); }
            else while (openc < conc && next < total) begin(next++);
        }
        if (openc > maxopen) maxopen = openc;
        int holdall = pairsf || keep;
        if (!reg) while (bh < bt && (holdall ? (stop || (keepend && t > keepend)) : (int64_t)(t - C[byeq[bh]].tup) >= hold * 1000000ll)) {
            int i = byeq[bh]; if (C[i].st == UP) { if (qn[0] > 48) break; sendbye(i); } bh++;
        }
        if (holdall && !wrote && next == total && upn + failed == total) {
            wrote = 1; keepend = t + keep * 1000000000ull;
            if (pairsf) { char tmp[500]; snprintf(tmp, sizeof tmp, "%s.tmp", pairsf); FILE *f = fopen(tmp, "w"); for (int i = 0; i < total; i++) if (C[i].st == UP) fprintf(f, "%d %d\n", C[i].pa, C[i].pb); fclose(f); rename(tmp, pairsf); }
        }
        if (t - lastscan > 50000000) {
            lastscan = t; long from = 0; static long low; while (low < next && (C[low].st == DONE || C[low].st == FAIL)) low++; from = low;
            for (long i = from; i < next; i++) { struct call *c = &C[i]; if (c->st != INV && c->st != BYE) continue;
                uint64_t el = t > c->tlast ? t - c->tlast : 0;
                if (el > timeo * 1000000000ull) { f_to++; c->why = 408; finish(i, 0); continue; }
                if (c->rtx < 100 && el > (500000000ull << c->rtx)) { c->rtx++; rtxs++; /* next after 500, 1000, 2000.. ms from the start */ if (c->st == BYE) indialog(i, "BYE", c->cseq + 1); else if (!c->auth) sendinv(i, NULL, 0); } }
        }
        if (qn[0]) flush(0);
        if (qn[1]) flush(1);
        if (stop && ended == started) loopend = 1;
        if (ended == total) { if (!tend) { tend = t; c1 = cputime(); b1 = busy(); s1 = selfcpu(); } loopend = 1; }
        struct timespec to = {0, 300000}; if (next >= total && !openc) to.tv_nsec = 1000000;
        int any = ppoll(pf, 2, &to, NULL);
        for (int s = 0; any > 0 && s < 2; s++) if (pf[s].revents) {
            struct mmsghdr m[64]; struct iovec v[64]; struct sockaddr_in a[64]; memset(m, 0, sizeof m);
            for (int i = 0; i < 64; i++) { v[i] = (struct iovec){rb[i], sizeof rb[i] - 1}; m[i].msg_hdr = (struct msghdr){.msg_name = &a[i], .msg_namelen = sizeof a[i], .msg_iov = &v[i], .msg_iovlen = 1}; }
            int n = recvmmsg(fd[s], m, 64, MSG_DONTWAIT, NULL);
            for (int i = 0; i < n; i++) { rb[i][m[i].msg_len] = 0; if (m[i].msg_len < 20 || !strstr(rb[i], "\r\n\r\n")) { other++; continue; } if (!strncmp(rb[i], "SIP/2.0 ", 8)) response(rb[i]); else request(s, rb[i], &a[i]); }
        }
    }
    flush(0); flush(1); if (!tend) { tend = now(); c1 = cputime(); b1 = busy(); s1 = selfcpu(); }
    FILE *log = logf ? fopen(logf, "w") : NULL;
    for (int i = 0; log && i < total; i++) fprintf(log, "c%d-%x@%s %s %d %.3f\n", i, run, myip, C[i].st == DONE ? "ok" : "failed", C[i].why, C[i].st == DONE ? (C[i].tlast - C[i].tup) / 1e9 : 0);
    if (log) fclose(log);
    double wall = (tend - t0) / 1e9, cp = c1 - c0;
    qsort(ls, nls, 4, cmpf); qsort(lb, nlb, 4, cmpf); qsort(l180, nl180, 4, cmpf);
    printf("{\"label\":\"%s\",\"mode\":\"%s\",\"rate\":%.0f,\"started\":%ld,\"ok\":%ld,\"failed\":%ld,\"timeouts\":%ld,\"f4xx\":%ld,\"f5xx\":%ld,\"retrans\":%ld,\"wall_s\":%.2f,\"achieved_per_s\":%.1f,"
        "\"setup_p50_ms\":%.3f,\"setup_p99_ms\":%.3f,\"setup_max_ms\":%.3f,\"p180_p50_ms\":%.3f,\"bye_p50_ms\":%.3f,\"bye_p99_ms\":%.3f,\"uas_inv\":%ld,\"uas_ack\":%ld,\"uas_bye\":%ld,\"reinv\":%ld,\"remote_bye\":%ld,\"other_msgs\":%ld,\"max_open\":%ld,"
        "\"srv_cpu_s\":%.2f,\"srv_core_pct\":%.1f,\"srv_ms_per_op\":%.4f,\"gen_core_pct\":%.1f,\"other_core_pct\":%.1f}\n",
        label, reg ? "register" : "call", rate, started, ok, failed, f_to, f_code[4], f_code[5], rtxs, wall, ok / wall, pc(ls, nls, .5), pc(ls, nls, .99), pc(ls, nls, 1), pc(l180, nl180, .5), pc(lb, nlb, .5), pc(lb, nlb, .99),
        uasinv, uasack, uasbye, reinv, rbye, other, maxopen, cp, 100 * cp / wall, ok ? cp * 1000 / ok : -1, 100 * (s1 - s0) / wall, 100 * (b1 - b0 - cp - (s1 - s0)) / wall);
    return failed ? 1 : 0;
}
