#define _GNU_SOURCE  // memfd_create; nobody imports this file
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/time.h>

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

/// What rtnetlink is asked for one address, with room for its attributes.
struct address_request {
  struct nlmsghdr header;
  struct ifaddrmsg message;
  char attributes[64];
};

static void add_attribute(struct address_request *request, unsigned short type, const void *value,
                          unsigned short length) {
  struct rtattr *attribute =
      (struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = RTA_LENGTH(length);
  memcpy(RTA_DATA(attribute), value, length);
  request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
}

/// Asks the kernel and waits, a second at most, for its answer.
static int ask_kernel(const struct address_request *request) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return errno;
  struct timeval patience = {1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char answer[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
  int result = 0;
  if (send(descriptor, request, request->header.nlmsg_len, 0) < 0) {
    result = errno;
  } else {
    long count = recv(descriptor, answer, sizeof answer, 0);
    const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
    if (count < 0) result = errno;
    else if ((unsigned long)count < NLMSG_LENGTH(sizeof(struct nlmsgerr)) ||
             header->nlmsg_type != NLMSG_ERROR)
      result = EBADMSG;
    else result = -((const struct nlmsgerr *)NLMSG_DATA(header))->error;
  }
  close(descriptor);
  return result;
}

static struct address_request address_request(unsigned short type, unsigned short flags,
                                              unsigned interface, uint32_t address) {
  struct address_request request;
  memset(&request, 0, sizeof request);
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.message);
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  request.message.ifa_family = AF_INET;
  request.message.ifa_prefixlen = 32;
  request.message.ifa_index = interface;
  add_attribute(&request, IFA_LOCAL, &address, sizeof address);
  add_attribute(&request, IFA_ADDRESS, &address, sizeof address);
  return request;
}

int clinux_hold_address(unsigned interface, uint32_t address, uint32_t seconds) {
  struct address_request request =
      address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface, address);
  struct ifa_cacheinfo life = {.ifa_prefered = seconds, .ifa_valid = seconds};
  add_attribute(&request, IFA_CACHEINFO, &life, sizeof life);
  return ask_kernel(&request);
}

int clinux_drop_address(unsigned interface, uint32_t address) {
  struct address_request request = address_request(RTM_DELADDR, 0, interface, address);
  int result = ask_kernel(&request);
  return result == EADDRNOTAVAIL ? 0 : result;
}

/// An ARP packet for Ethernet and IPv4 (RFC 826).
struct arp_packet {
  uint16_t hardware, protocol;
  uint8_t hardware_length, protocol_length;
  uint16_t operation;
  uint8_t sender[6];
  uint32_t sender_address;
  uint8_t target[6];
  uint32_t target_address;
} __attribute__((packed));

int clinux_announce_address(unsigned interface, uint32_t address) {
  int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  struct sockaddr_ll place = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = (int)interface};
  socklen_t length = sizeof place;
  int result = 0;
  if (bind(descriptor, (struct sockaddr *)&place, sizeof place) < 0 ||
      getsockname(descriptor, (struct sockaddr *)&place, &length) < 0) {
    result = errno;
  } else if (place.sll_hatype != ARPHRD_ETHER || place.sll_halen != 6) {
    result = ENOTSUP;
  } else {
    struct arp_packet packet = {
        .hardware = htons(ARPHRD_ETHER), .protocol = htons(ETH_P_IP), .hardware_length = 6,
        .protocol_length = 4, .operation = htons(ARPOP_REQUEST), .sender_address = address,
        .target_address = address};
    memcpy(packet.sender, place.sll_addr, 6);
    place.sll_protocol = htons(ETH_P_ARP);
    place.sll_halen = 6;
    memset(place.sll_addr, 0xff, 6);
    if (sendto(descriptor, &packet, sizeof packet, 0, (struct sockaddr *)&place, sizeof place) < 0)
      result = errno;
  }
  close(descriptor);
  return result;
}
