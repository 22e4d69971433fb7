/* emitters: which interface sends datagrams and streams (UDP, TCP) from which address, and when.
 *
 *   emitters INTERFACE... -- ADDRESS...
 *
 * Until SIGINT or SIGTERM; then prints, for each time in which an interface sent from an address with no pause
 * longer than 200 ms, a line "interface address begin end packets", times in ms of the wall clock. It hears
 * what comes in at the interface, before whatever may drop it there.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 16, BATCH = 64, HEADER = 40, PAUSE = 200 };

/* Where a packet says what it carries and who sent it, and how long its header is at least. */
struct form { unsigned protocol, source, length, header; };
static const struct form v4 = {9, 12, 4, 20}, v6 = {6, 8, 16, 40};

struct emission { int64_t begin, end; long packets; };

static volatile sig_atomic_t stopped;
static const char *interfaces[MOST], *addresses[MOST];
static int interface_count, address_count, sockets[MOST];
static unsigned char sources[MOST][16];
static const struct form *forms[MOST];
static struct emission emissions[MOST][MOST];

static void stop(int signal) { (void)signal; stopped = 1; }

static void die(const char *what) { perror(what); exit(2); }

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static int listener(const char *interface) {
  // A bridge takes its ports' packets before sockets for one protocol are asked.
  int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, 0), room = 8 << 20;
  struct sockaddr_ll place = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
                              .sll_ifindex = (int)if_nametoindex(interface)};
  if (place.sll_ifindex == 0) die(interface);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  if (descriptor < 0 || bind(descriptor, (void *)&place, sizeof place) < 0) die(interface);
  return descriptor;
}

static void print(int interface, int address) {
  struct emission *emission = &emissions[interface][address];
  if (emission->packets > 0)
    printf("%s %s %lld %lld %ld\n", interfaces[interface], addresses[address],
           (long long)emission->begin, (long long)emission->end, emission->packets);
  emission->packets = 0;
}

static void note(int interface, const struct form *form, const unsigned char *source, int64_t now) {
  for (int address = 0; address < address_count; address++) {
    if (forms[address] != form || memcmp(sources[address], source, form->length)) continue;
    struct emission *emission = &emissions[interface][address];
    if (now - emission->end > PAUSE) print(interface, address);
    if (emission->packets++ == 0) emission->begin = now;
    emission->end = now;
  }
}

static void drain(int interface) {
  static unsigned char packets[BATCH][HEADER];
  for (;;) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_ll places[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
      parts[i] = (struct iovec){packets[i], HEADER};
      messages[i].msg_hdr = (struct msghdr){.msg_name = &places[i], .msg_namelen = sizeof places[i],
                                            .msg_iov = &parts[i], .msg_iovlen = 1};
    }
    int count = recvmmsg(sockets[interface], messages, BATCH, MSG_DONTWAIT, NULL);
    if (count <= 0) return;
    int64_t now = milliseconds();
    for (int i = 0; i < count; i++) {
      const struct form *form = places[i].sll_protocol == htons(ETH_P_IP) ? &v4
                                : places[i].sll_protocol == htons(ETH_P_IPV6) ? &v6 : NULL;
      if (places[i].sll_pkttype == PACKET_OUTGOING || !form || messages[i].msg_len < form->header) continue;
      unsigned char protocol = packets[i][form->protocol];
      if (protocol != IPPROTO_UDP && protocol != IPPROTO_TCP) continue;
      note(interface, form, packets[i] + form->source, now);
    }
    if (count < BATCH) return;
  }
}

int main(int argc, char **argv) {
  int argument = 1;
  for (; argument < argc && strcmp(argv[argument], "--") && interface_count < MOST; argument++)
    interfaces[interface_count++] = argv[argument];
  for (argument++; argument < argc && address_count < MOST; argument++) {
    const struct form *form = strchr(argv[argument], ':') ? &v6 : &v4;
    addresses[address_count] = argv[argument];
    forms[address_count] = form;
    if (inet_pton(form == &v6 ? AF_INET6 : AF_INET, argv[argument], sources[address_count++]) != 1) {
      fprintf(stderr, "emitters: %s is no IP address\n", argv[argument]);
      return 2;
    }
  }
  if (interface_count == 0 || address_count == 0) {
    fprintf(stderr, "emitters INTERFACE... -- ADDRESS...\n");
    return 2;
  }
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  struct pollfd waits[MOST];
  for (int i = 0; i < interface_count; i++)
    waits[i] = (struct pollfd){sockets[i] = listener(interfaces[i]), POLLIN, 0};
  while (!stopped) {
    if (poll(waits, interface_count, 1000) < 0 && errno != EINTR) die("poll");
    for (int i = 0; i < interface_count; i++) drain(i);
    // Packets come hundreds at a time; milliseconds are all that is told of them.
    usleep(2000);
  }
  for (int i = 0; i < interface_count; i++)
    for (int j = 0; j < address_count; j++) print(i, j);
  return 0;
}
