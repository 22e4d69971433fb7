/* What sipload tells rtpgen when a call's sound is to go elsewhere: a datagram to the first of the sockets of that side,
 * all numbers but the last two as the machine has them. */
#ifndef MOVED_H
#define MOVED_H

#include <netinet/in.h>
#include <stdint.h>

#define MOVED 0x4d4f5645u

/* The line of the pairs file, from 0; whose sound: 0 the caller's, 1 the callee's; and where it goes. */
struct move { uint32_t magic, call; uint8_t dir, pad; uint16_t port; struct in_addr ip; } __attribute__((packed));

#endif
