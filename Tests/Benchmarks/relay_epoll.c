/* relay_epoll: the least relay there is, to measure others by: one UDP socket for each leg, epoll,
 * recvfrom, sendto. Ports: leg A of call i = base + 4i, leg B = base + 4i + 2; it writes them to the
 * pairs file. It latches onto the source of each leg's first packet, as a relay behind NAT must.
 * usage: relay_epoll CALLS BASE PAIRSFILE
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct leg {
    int fd, latched;
    struct sockaddr_in peer;
};

static struct leg *legs;
static int poller;

static void open_leg(int i, int port) {
    struct sockaddr_in local = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    legs[i].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (bind(legs[i].fd, (void *)&local, sizeof local)) {
        perror("bind");
        exit(1);
    }
    epoll_ctl(poller, EPOLL_CTL_ADD, legs[i].fd, &event);
}

static int is_same(const struct sockaddr_in *a, const struct sockaddr_in *b) {
    return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

static void relay(int i) {
    static unsigned char packet[2048];
    struct leg *from = &legs[i], *to = &legs[i ^ 1];
    struct sockaddr_in source;
    socklen_t length = sizeof source;
    ssize_t count = recvfrom(from->fd, packet, sizeof packet, 0, (void *)&source, &length);
    if (count <= 0) return;
    if (!from->latched) {
        from->peer = source;
        from->latched = 1;
    }
    if (!is_same(&source, &from->peer) || !to->latched) return;
    sendto(to->fd, packet, count, 0, (void *)&to->peer, sizeof to->peer);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int calls = atoi(argv[1]), base = atoi(argv[2]);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    legs = calloc(2 * calls, sizeof *legs);
    poller = epoll_create1(0);
    for (int i = 0; i < 2 * calls; i++) open_leg(i, base + 2 * i);
    FILE *pairs = fopen(argv[3], "w");
    for (int i = 0; i < calls; i++) fprintf(pairs, "%d %d\n", base + 4 * i, base + 4 * i + 2);
    fclose(pairs);
    struct epoll_event events[256];
    for (;;) {
        int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; i++) relay(events[i].data.u32);
    }
}
