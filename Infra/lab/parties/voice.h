/* What a party's frame of 20 ms says: who it is, in two ways. A mark in its first bytes tells who, when and which frame, as
 * long as nobody on the way decodes it; behind it is a tone, whose pitch tells one of a few also after that. Both in PCMU
 * (ITU-T G.711). */
#ifndef VOICE_H
#define VOICE_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME 160 /* bytes, and samples */
/* 300, 350 ... 1050 Hz: below what fax machines call each other with. */
#define PITCHES 16

struct mark {
    uint16_t speaker;
    uint8_t window; /* which time of measuring it is in; 0: none */
    uint32_t number; /* of the frame; 24 bits */
};

/* Speaker N has the pitch N modulo PITCHES. */
void speak_frame(unsigned char frame[FRAME], const struct mark *mark);
/* False: whatever it is, no party said it just so. */
bool read_mark(const unsigned char *frame, int length, struct mark *mark);
/* The pitch of which the frame mostly consists; -1: of none. */
int read_pitch(const unsigned char *frame, int length);

#endif
