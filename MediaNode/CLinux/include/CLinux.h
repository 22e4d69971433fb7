#pragma once
// What Swift's Glibc module lacks. `_GNU_SOURCE` is not defined here: it renames members of
// `fd_set`, and then this module and Glibc's cannot be imported into one file.
#include <fcntl.h>
#include <linux/sockios.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

/// Names the calling thread for `top` and debuggers; at most 15 bytes.
static inline int clinux_name_thread(const char *name) {
  return prctl(PR_SET_NAME, name, 0, 0, 0);
}

/// Asks the kernel to send `signal` to this process when its parent's thread ends.
static inline int clinux_set_parent_death_signal(int signal) {
  return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
}

/// The fields of epoll's packed event, whose union Swift would have to spell out each time.
static inline struct epoll_event clinux_epoll_event(uint32_t events, uint64_t data) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = events;
  event.data.u64 = data;
  return event;
}

// `wait` statuses, which the C library has as macros only.
static inline int clinux_exited(int status) { return WIFEXITED(status); }
static inline int clinux_exit_code(int status) { return WEXITSTATUS(status); }
static inline int clinux_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

/// `recvfrom` with MSG_TRUNC, and `sendto`, without being cancellation points: no thread here is ever
/// cancelled, and the C library's own spend a fiftieth of a relayed packet's time on the possibility.
static inline long clinux_receive(int descriptor, void *buffer, size_t capacity,
                                  struct sockaddr *from, socklen_t *length) {
  return syscall(SYS_recvfrom, descriptor, buffer, capacity, MSG_TRUNC, from, length);
}
static inline long clinux_send(int descriptor, const void *bytes, size_t count,
                               const struct sockaddr *to, socklen_t length) {
  return syscall(SYS_sendto, descriptor, bytes, count, MSG_NOSIGNAL, to, length);
}

/// From now on the socket keeps what the network could not deliver, for `clinux_take_error`.
int clinux_keep_errors(int descriptor, int family);

/// Takes what came back of the next datagram that was not delivered: its first bytes, and where it was
/// to go. Their count; -1 where there is none; what was not the network's refusal counts 0.
long clinux_take_error(int descriptor, void *buffer, size_t capacity, struct sockaddr *destination,
                       socklen_t *length);

/// A clock that `read` tells the ticks of, at rest; -1 on failure.
static inline int clinux_make_clock(void) {
  return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}
/// Lets it tick every so many nanoseconds, below a second; 0: no more.
static inline int clinux_tick(int clock, int64_t interval) {
  struct itimerspec when = {{0, interval}, {0, interval}};
  return timerfd_settime(clock, 0, &when, 0);
}

/// Asks for `count` bytes to be near by the time that they are read.
static inline void clinux_prefetch(const void *bytes, size_t count) {
  for (size_t offset = 0; offset < count; offset += 64)
    __builtin_prefetch((const char *)bytes + offset, 1);
}

/// Starts `program` so that the kernel kills it when the calling thread ends, with no signal
/// blocked and with copies of `descriptors` as 3, 4, …; they must all be `3 + count` or higher.
/// Returns the child's process id, or -1. A program that cannot be executed exits with 127.
/// Swift has no `fork`, and `posix_spawn` cannot tie a child to its parent's life.
pid_t clinux_start_child(const char *program, char *const arguments[], const int *descriptors,
                         int count);

/// As many descriptors as one message carries here; the kernel takes 253.
#define CLINUX_DESCRIPTORS_AT_ONCE 128

/// Sends text of at least one byte with `count` descriptors to whoever is at the other end of a `SEQPACKET`
/// line, who gets copies. 0, or what went wrong as `errno` has it.
int clinux_send_descriptors(int line, const void *text, size_t length, const int *descriptors, int count);

/// Waits for such a message. The text's length, and `*count` descriptors, all closed when another program is
/// executed; 0: the other end is closed; -1: it failed, or the text has no room.
long clinux_receive_descriptors(int line, void *text, size_t capacity, int *descriptors, int *count);

/// Adds an address of that family (4 or 16 bytes, in network order) to the interface of that index, or renews
/// it; the kernel itself takes it away after `seconds` that nobody renews it in. 0, or what went wrong as
/// `errno` has it.
int clinux_hold_address(unsigned interface, int family, const void *address, uint32_t seconds);

/// Takes the address away. One that is not there is no mistake.
int clinux_drop_address(unsigned interface, int family, const void *address);

/// Tells everybody on the interface's network that the address is found here: an ARP announcement
/// (RFC 5227 section 3), or an unsolicited neighbour advertisement (RFC 4861 section 7.2.6). 0, or what went
/// wrong.
int clinux_announce_address(unsigned interface, int family, const void *address);

/// Memory that lives as long as somebody has it open; named for `/proc` only. -1 on failure.
int clinux_memory_file(const char *name);

/// Writes a word after everything that was written before it, for whoever looks from another
/// process or after this one is killed.
static inline void clinux_store(void *word, uint64_t value) {
  __atomic_store_n((uint64_t *)word, value, __ATOMIC_SEQ_CST);
}

/// Reads a word that another thread stores.
static inline uint64_t clinux_load(const void *word) {
  return __atomic_load_n((const uint64_t *)word, __ATOMIC_RELAXED);
}
