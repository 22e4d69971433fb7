/* Sound that nobody else can hear: SRTP (RFC 3711) by libsrtp, one key for each direction. */
#ifndef PROTECTION_H
#define PROTECTION_H

#include "description.h"

struct protection;

struct protection *protect_with(const unsigned char key[KEY_LENGTH]);
struct protection *unprotect_with(const unsigned char key[KEY_LENGTH]);
void forget(struct protection *protection);

/* In place; there has to be room for 16 bytes more. The new length, or -1: it could not be, or nobody proved it. */
int protect(struct protection *protection, unsigned char *packet, int length);
int unprotect(struct protection *protection, unsigned char *packet, int length);

#endif
