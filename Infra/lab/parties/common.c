#include "common.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return SECONDS(t.tv_sec) + (uint64_t)t.tv_nsec;
}

double milliseconds_since(uint64_t begun) { return (double)(now() - begun) / 1e6; }

void fail(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("parties: ", stderr);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
    exit(2);
}

void append(struct text *text, const char *format, ...)
{
    size_t room = sizeof text->data - text->length;
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text->data + text->length, room, format, values);
    va_end(values);
    if (length > 0) text->length += (size_t)length < room ? (size_t)length : room - 1;
}

void append_bytes(struct text *text, const char *bytes, size_t length)
{
    append(text, "%.*s", (int)length, bytes);
}

void copy(char *to, size_t room, const char *from, size_t length)
{
    if (length >= room) length = room - 1;
    memcpy(to, from, length);
    to[length] = 0;
}

bool is_endpoint(struct endpoint *endpoint, const char *ip, unsigned port)
{
    struct sockaddr_in *four = (struct sockaddr_in *)&endpoint->address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&endpoint->address;
    memset(endpoint, 0, sizeof *endpoint);
    if (inet_pton(AF_INET, ip, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        return true;
    }
    if (inet_pton(AF_INET6, ip, &six->sin6_addr) != 1) return false;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    return true;
}

struct endpoint endpoint(const char *ip, unsigned port)
{
    struct endpoint endpoint;
    if (!is_endpoint(&endpoint, ip, port)) fail("%s is no IP address", ip);
    return endpoint;
}

bool is_six(const struct endpoint *endpoint) { return endpoint->address.ss_family == AF_INET6; }

socklen_t size_of(const struct endpoint *endpoint)
{
    return is_six(endpoint) ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

unsigned port_of(const struct endpoint *endpoint)
{
    return ntohs(is_six(endpoint) ? ((const struct sockaddr_in6 *)&endpoint->address)->sin6_port
                                  : ((const struct sockaddr_in *)&endpoint->address)->sin_port);
}

static char *next_line(void)
{
    static char lines[8][INET6_ADDRSTRLEN + 2];
    static unsigned turn;
    return lines[turn++ % 8];
}

const char *ip_of(const struct endpoint *endpoint)
{
    char *line = next_line();
    const void *bytes = is_six(endpoint)
        ? (const void *)&((const struct sockaddr_in6 *)&endpoint->address)->sin6_addr
        : (const void *)&((const struct sockaddr_in *)&endpoint->address)->sin_addr;
    inet_ntop(endpoint->address.ss_family, bytes, line, INET6_ADDRSTRLEN);
    return line;
}

const char *host_of(const struct endpoint *endpoint)
{
    if (!is_six(endpoint)) return ip_of(endpoint);
    char inside[INET6_ADDRSTRLEN], *line = next_line();
    copy(inside, sizeof inside, ip_of(endpoint), strlen(ip_of(endpoint)));
    snprintf(line, INET6_ADDRSTRLEN + 2, "[%s]", inside);
    return line;
}
