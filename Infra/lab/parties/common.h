/* What every file here needs: time, text that grows, and addresses of either family. */
#ifndef COMMON_H
#define COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Nanoseconds since the machine was started. */
uint64_t now(void);
#define MILLISECONDS(n) ((uint64_t)(n) * 1000000u)
#define SECONDS(n) MILLISECONDS((n) * 1000u)
double milliseconds_since(uint64_t begun);

/* Says on stderr what went wrong, and ends with status 2. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Where text is put together; what does not fit is left out, which the other side refuses. */
struct text {
    size_t length;
    char data[8192];
};
void append(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void append_bytes(struct text *text, const char *bytes, size_t length);

/* Copies so much of it as fits. */
void copy(char *to, size_t room, const char *from, size_t length);

/* An IPv4 or IPv6 address and a port. */
struct endpoint {
    struct sockaddr_storage address;
};
bool is_endpoint(struct endpoint *endpoint, const char *ip, unsigned port);
struct endpoint endpoint(const char *ip, unsigned port);
socklen_t size_of(const struct endpoint *endpoint);
unsigned port_of(const struct endpoint *endpoint);
bool is_six(const struct endpoint *endpoint);
/* As it stands in a session description, and in a URI (RFC 3986 section 3.2.2). Both are overwritten by the
 * eighth call that follows. */
const char *ip_of(const struct endpoint *endpoint);
const char *host_of(const struct endpoint *endpoint);

#endif
