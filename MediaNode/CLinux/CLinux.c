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

int clinux_send_descriptors(int line, const void *text, size_t length, const int *descriptors,
                            int count) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * CLINUX_DESCRIPTORS_AT_ONCE)];
  if (count < 0 || count > CLINUX_DESCRIPTORS_AT_ONCE) return EINVAL;
  struct iovec part = {(void *)text, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    memset(control, 0, sizeof control);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
  }
  return sendmsg(line, &message, MSG_NOSIGNAL) < 0 ? errno : 0;
}

long clinux_receive_descriptors(int line, void *text, size_t capacity, int *descriptors,
                                int *count) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * CLINUX_DESCRIPTORS_AT_ONCE)];
  struct iovec part = {text, capacity};
  struct msghdr message;
  long length;
  do {
    message = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                              .msg_controllen = sizeof control};
    length = recvmsg(line, &message, MSG_CMSG_CLOEXEC);
  } while (length < 0 && errno == EINTR);
  *count = 0;
  if (length <= 0) return length;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    *count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(descriptors, CMSG_DATA(header), sizeof(int) * *count);
  }
  return message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -1 : length;
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
  char attributes[96];
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

static unsigned short length_of_address(int family) { return family == AF_INET6 ? 16 : 4; }

static struct address_request address_request(unsigned short type, unsigned short flags,
                                              unsigned interface, int family, const void *address) {
  struct address_request request;
  unsigned short length = length_of_address(family);
  memset(&request, 0, sizeof request);
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.message);
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  request.message.ifa_family = (unsigned char)family;
  request.message.ifa_prefixlen = (unsigned char)(8 * length);
  request.message.ifa_index = interface;
  add_attribute(&request, IFA_LOCAL, address, length);
  add_attribute(&request, IFA_ADDRESS, address, length);
  return request;
}

int clinux_hold_address(unsigned interface, int family, const void *address, uint32_t seconds) {
  struct address_request request =
      address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface, family, address);
  struct ifa_cacheinfo life = {.ifa_prefered = seconds, .ifa_valid = seconds};
  if (family == AF_INET6) {
    // Whether somebody else has it the grants say, and nobody waits for neighbours to say it. What this
    // machine says without naming an address must not leave from this one.
    uint32_t flags = IFA_F_NODAD | IFA_F_NOPREFIXROUTE;
    add_attribute(&request, IFA_FLAGS, &flags, sizeof flags);
    life.ifa_prefered = 0;
  }
  add_attribute(&request, IFA_CACHEINFO, &life, sizeof life);
  return ask_kernel(&request);
}

int clinux_drop_address(unsigned interface, int family, const void *address) {
  struct address_request request = address_request(RTM_DELADDR, 0, interface, family, address);
  int result = ask_kernel(&request);
  return result == EADDRNOTAVAIL ? 0 : result;
}

/// Opens a socket for packets of one protocol at the interface, an Ethernet. 0, or what went wrong.
static int open_packets(unsigned interface, uint16_t protocol, int *descriptor,
                        struct sockaddr_ll *own) {
  struct sockaddr_ll place = {
      .sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = (int)interface};
  socklen_t length = sizeof *own;
  *descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (*descriptor < 0) return errno;
  int result = 0;
  if (bind(*descriptor, (struct sockaddr *)&place, sizeof place) < 0 ||
      getsockname(*descriptor, (struct sockaddr *)own, &length) < 0)
    result = errno;
  else if (own->sll_hatype != ARPHRD_ETHER || own->sll_halen != 6)
    result = ENOTSUP;
  if (result != 0) close(*descriptor);
  return result;
}

/// Sends the packet to the hardware address and closes the socket. 0, or what went wrong.
static int send_packet(int descriptor, const struct sockaddr_ll *own, uint16_t protocol,
                       const uint8_t destination[6], const void *packet, size_t length) {
  struct sockaddr_ll place = *own;
  place.sll_protocol = htons(protocol);
  place.sll_halen = 6;
  memcpy(place.sll_addr, destination, 6);
  int result = 0;
  if (sendto(descriptor, packet, length, 0, (struct sockaddr *)&place, sizeof place) < 0)
    result = errno;
  close(descriptor);
  return result;
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

static int announce_by_arp(unsigned interface, const void *address) {
  static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  struct sockaddr_ll own;
  int descriptor, result = open_packets(interface, ETH_P_ARP, &descriptor, &own);
  if (result != 0) return result;
  struct arp_packet packet = {.hardware = htons(ARPHRD_ETHER), .protocol = htons(ETH_P_IP),
                              .hardware_length = 6, .protocol_length = 4,
                              .operation = htons(ARPOP_REQUEST)};
  memcpy(packet.sender, own.sll_addr, 6);
  memcpy(&packet.sender_address, address, 4);
  memcpy(&packet.target_address, address, 4);
  return send_packet(descriptor, &own, ETH_P_ARP, everybody, &packet, sizeof packet);
}

/// A neighbour advertisement for Ethernet (RFC 4861 section 4.4), in its IPv6 packet.
struct advertisement {
  uint32_t version;
  uint16_t length;
  uint8_t protocol, hops, source[16], destination[16];
  uint8_t type, code, checksum[2];
  uint32_t flags;
  uint8_t target[16], option, option_length, hardware[6];
} __attribute__((packed));

enum { ADVERTISEMENT_BYTES = 32 };

/// Over addresses, length and protocol, and the message itself (RFC 4443 section 2.3).
static uint16_t checksum_of(const struct advertisement *packet) {
  const uint8_t *addresses = packet->source, *message = &packet->type;
  uint32_t sum = ADVERTISEMENT_BYTES + IPPROTO_ICMPV6;
  for (int i = 0; i < 32; i += 2) sum += (uint32_t)(addresses[i] << 8 | addresses[i + 1]);
  for (int i = 0; i < ADVERTISEMENT_BYTES; i += 2) sum += (uint32_t)(message[i] << 8 | message[i + 1]);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static int announce_by_advertisement(unsigned interface, const void *address) {
  // ff02::1, and its hardware address (RFC 2464 section 7).
  static const uint8_t everybody[6] = {0x33, 0x33, 0, 0, 0, 1};
  struct sockaddr_ll own;
  int descriptor, result = open_packets(interface, ETH_P_IPV6, &descriptor, &own);
  if (result != 0) return result;
  struct advertisement packet = {
      .version = htonl(6u << 28), .length = htons(ADVERTISEMENT_BYTES), .protocol = IPPROTO_ICMPV6,
      .hops = 255, .destination = {0xff, 0x02, [15] = 1}, .type = 136,
      // It takes the place of what neighbours know, and nobody asked for it.
      .flags = htonl(1u << 29), .option = 2, .option_length = 1};
  memcpy(packet.source, address, 16);
  memcpy(packet.target, address, 16);
  memcpy(packet.hardware, own.sll_addr, 6);
  uint16_t sum = checksum_of(&packet);
  packet.checksum[0] = (uint8_t)(sum >> 8);
  packet.checksum[1] = (uint8_t)sum;
  return send_packet(descriptor, &own, ETH_P_IPV6, everybody, &packet, sizeof packet);
}

int clinux_announce_address(unsigned interface, int family, const void *address) {
  return family == AF_INET6 ? announce_by_advertisement(interface, address)
                            : announce_by_arp(interface, address);
}
