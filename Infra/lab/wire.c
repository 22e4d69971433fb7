/* wire: joins pairs of interfaces as a bad cable would, and says what it did.
 *
 *   wire [--delay MS] [--jitter MS] [--loss PERCENT] [--repeat PERCENT] [--seed N] [--one-way] FROM TO...
 *
 * What comes in at FROM leaves at TO and the other way round, each frame after the delay and up to so much more as the
 * jitter says, which puts frames out of order; some never, some twice. With --one-way nothing comes back. Equal
 * seeds draw equal fates. Until SIGINT or SIGTERM; then prints for each direction a line "from to frames lost repeated".
 *
 * Frames come and go with what their sender left to its hardware (PACKET_VNET_HDR), so checksums that nobody has
 * computed yet, and segments that nobody has cut, stay as they are.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
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

enum { MOST_ENDS = 16, LONGEST = 1 << 17, MOST_WAITING = 1 << 16, BATCH = 64 };

/* One direction: what comes in at an end, and leaves at the other one of its pair. */
struct end {
  const char *interface;
  int descriptor;
  uint64_t random;
  long frames, lost, repeated;
};

struct frame {
  int64_t due;
  uint64_t order;
  int exit;
  size_t length;
  unsigned char bytes[];
};

static struct end ends[MOST_ENDS];
static int end_count;
static struct frame *waiting[MOST_WAITING];
static int waiting_count;
static uint64_t arrivals;
static double delay_ms, jitter_ms, loss, repetition;
static int is_one_way;
static volatile sig_atomic_t stopped;

static void stop(int signal) { (void)signal; stopped = 1; }

static void die(const char *what) {
  fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
  exit(2);
}

static void misuse(const char *why) {
  fprintf(stderr, "wire: %s\n"
                  "usage: wire [--delay MS] [--jitter MS] [--loss PERCENT] [--repeat PERCENT] [--seed N]"
                  " [--one-way] FROM TO...\n", why);
  exit(2);
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Between 0 and 1, by xorshift64*. */
static double chance(struct end *end) {
  end->random ^= end->random >> 12;
  end->random ^= end->random << 25;
  end->random ^= end->random >> 27;
  return (double)(end->random * 0x2545F4914F6CDD1Dull >> 11) / (double)(1ull << 53);
}

// MARK: - Frames that wait, the next one first

static int is_before(const struct frame *one, const struct frame *other) {
  return one->due != other->due ? one->due < other->due : one->order < other->order;
}

static void push(struct frame *frame) {
  int place = waiting_count++;
  while (place > 0 && is_before(frame, waiting[(place - 1) / 2])) {
    waiting[place] = waiting[(place - 1) / 2];
    place = (place - 1) / 2;
  }
  waiting[place] = frame;
}

static struct frame *pop(void) {
  struct frame *first = waiting[0], *last = waiting[--waiting_count];
  int place = 0;
  for (;;) {
    int child = 2 * place + 1;
    if (child >= waiting_count) break;
    if (child + 1 < waiting_count && is_before(waiting[child + 1], waiting[child])) child++;
    if (!is_before(waiting[child], last)) break;
    waiting[place] = waiting[child];
    place = child;
  }
  if (waiting_count > 0) waiting[place] = last;
  return first;
}

static void delay(int entry, const unsigned char *bytes, size_t length, int64_t now) {
  struct end *end = &ends[entry];
  struct frame *frame;
  if (waiting_count == MOST_WAITING || !(frame = malloc(sizeof *frame + length))) {
    end->lost++;
    return;
  }
  frame->due = now + (int64_t)((delay_ms + chance(end) * jitter_ms) * 1e6);
  frame->order = arrivals++;
  frame->exit = entry ^ 1;
  frame->length = length;
  memcpy(frame->bytes, bytes, length);
  push(frame);
}

static void receive(int entry) {
  static unsigned char bytes[LONGEST];
  for (int turn = 0; turn < BATCH; turn++) {
    ssize_t length = recv(ends[entry].descriptor, bytes, sizeof bytes, MSG_TRUNC);
    if (length <= 0) return;
    struct end *end = &ends[entry];
    end->frames++;
    if ((size_t)length > sizeof bytes || (is_one_way && entry & 1) || chance(end) < loss) {
      end->lost++;
      continue;
    }
    int64_t now = nanoseconds();
    delay(entry, bytes, (size_t)length, now);
    if (chance(end) < repetition) {
      end->repeated++;
      delay(entry, bytes, (size_t)length, now);
    }
  }
}

/* Whatever the other side's kernel does not take is lost, as on any cable. */
static void send_due(void) {
  int64_t now = nanoseconds();
  while (waiting_count > 0 && waiting[0]->due <= now) {
    struct frame *frame = pop();
    if (send(ends[frame->exit].descriptor, frame->bytes, frame->length, 0) < 0)
      ends[frame->exit ^ 1].lost++;
    free(frame);
  }
}

// MARK: - Set-up

static void set(int descriptor, int option, const char *what) {
  int yes = 1;
  if (setsockopt(descriptor, SOL_PACKET, option, &yes, sizeof yes) < 0) die(what);
}

static void open_end(const char *interface, uint64_t seed) {
  struct sockaddr_ll place = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
                              .sll_ifindex = (int)if_nametoindex(interface)};
  struct end *end = &ends[end_count++];
  int room = 16 << 20;
  if (place.sll_ifindex == 0) die(interface);
  end->interface = interface;
  // Never zero, from which xorshift does not move.
  end->random = (seed + (uint64_t)end_count) * 0x9E3779B97F4A7C15ull | 1;
  end->descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (end->descriptor < 0) die("open a packet socket");
  set(end->descriptor, PACKET_VNET_HDR, "take frames as their senders left them");
  set(end->descriptor, PACKET_IGNORE_OUTGOING, "hear only what comes in");
  setsockopt(end->descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  setsockopt(end->descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  if (bind(end->descriptor, (void *)&place, sizeof place) < 0) die(interface);
}

static double number(const char *text, double most) {
  char *rest;
  double value = strtod(text, &rest);
  if (*text == 0 || *rest != 0 || !(value >= 0 && value <= most)) misuse("a number is out of its range");
  return value;
}

static void read_arguments(int count, char **arguments) {
  static const struct option options[] = {
      {"delay", 1, 0, 'd'}, {"jitter", 1, 0, 'j'}, {"loss", 1, 0, 'l'}, {"repeat", 1, 0, 'r'},
      {"seed", 1, 0, 's'}, {"one-way", 0, 0, 'o'}, {0, 0, 0, 0}};
  uint64_t seed = 1;
  int option;
  while ((option = getopt_long(count, arguments, "", options, 0)) != -1) switch (option) {
      case 'd': delay_ms = number(optarg, 60000); break;
      case 'j': jitter_ms = number(optarg, 60000); break;
      case 'l': loss = number(optarg, 100) / 100; break;
      case 'r': repetition = number(optarg, 100) / 100; break;
      case 's': seed = (uint64_t)number(optarg, 1e15); break;
      case 'o': is_one_way = 1; break;
      default: misuse("unknown option");
    }
  if (optind == count || (count - optind) % 2 != 0 || count - optind > MOST_ENDS)
    misuse("interfaces come in pairs, eight at most");
  for (; optind < count; optind++) open_end(arguments[optind], seed);
}

int main(int count, char **arguments) {
  struct pollfd polled[MOST_ENDS];
  struct sigaction action = {.sa_handler = stop};
  read_arguments(count, arguments);
  sigaction(SIGINT, &action, 0);
  sigaction(SIGTERM, &action, 0);
  for (int i = 0; i < end_count; i++)
    polled[i] = (struct pollfd){.fd = ends[i].descriptor, .events = POLLIN};
  while (!stopped) {
    int64_t pause = waiting_count > 0 ? waiting[0]->due - nanoseconds() : 1000000000;
    if (pause < 0) pause = 0;
    struct timespec patience = {pause / 1000000000, pause % 1000000000};
    if (ppoll(polled, (nfds_t)end_count, &patience, 0) > 0)
      for (int i = 0; i < end_count; i++)
        if (polled[i].revents) receive(i);
    send_due();
  }
  for (int i = 0; i < end_count; i++)
    printf("%s %s %ld %ld %ld\n", ends[i].interface, ends[i ^ 1].interface, ends[i].frames, ends[i].lost,
           ends[i].repeated);
  return 0;
}
