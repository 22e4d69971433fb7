#define _GNU_SOURCE  // memfd_create; nobody imports this file
#include "CLinux.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/mman.h>

pid_t clinux_start_child(const char *program, char *const arguments[], const int *descriptors,
                         int count) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child != 0) return child;

  // Only calls that are safe between fork and exec follow.
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int index = 0; index < count; index++)
    if (dup2(descriptors[index], 3 + index) < 0) _exit(127);
  execv(program, arguments);
  _exit(127);
}

int clinux_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int clinux_keep_errors(int descriptor, int family) {
  int on = 1;
  return family == AF_INET6
             ? setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on)
             : setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
}

/// ICMP type 3 and ICMPv6 type 1: destination unreachable. What is too long for a path is another
/// matter.
static int is_refusal(const struct sock_extended_err *error) {
  return (error->ee_origin == SO_EE_ORIGIN_ICMP && error->ee_type == 3 && error->ee_code != 4) ||
         (error->ee_origin == SO_EE_ORIGIN_ICMP6 && error->ee_type == 1);
}

long clinux_take_error(int descriptor, void *buffer, size_t capacity, struct sockaddr *destination,
                       socklen_t *length) {
  char control[512];
  struct iovec part = {buffer, capacity};
  struct msghdr message = {.msg_name = destination, .msg_namelen = *length, .msg_iov = &part,
                           .msg_iovlen = 1, .msg_control = control,
                           .msg_controllen = sizeof control};
  long count = recvmsg(descriptor, &message, MSG_ERRQUEUE);
  if (count < 0) return -1;
  *length = message.msg_namelen;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL;
       header = CMSG_NXTHDR(&message, header)) {
    if ((header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR) ||
        (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR)) {
      struct sock_extended_err error;
      memcpy(&error, CMSG_DATA(header), sizeof error);
      return is_refusal(&error) ? count : 0;
    }
  }
  return 0;
}
