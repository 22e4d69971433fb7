#include "voice.h"

#include <math.h>

#define MAGIC 0x5A3Cu
/* Its 64 bits, four in a byte: bytes from 0xf0 on are all but silent. */
#define MARK_LENGTH 16
#define LOUDNESS 8000

/* MARK: - PCMU */

static unsigned char encode(int sample)
{
    int sign = sample < 0 ? 0x80 : 0, exponent = 7;
    if (sample < 0) sample = -sample;
    if (sample > 32635) sample = 32635;
    sample += 132;
    for (int mask = 0x4000; exponent > 0 && !(sample & mask); mask >>= 1) exponent--;
    return (unsigned char)~(sign | exponent << 4 | ((sample >> (exponent + 3)) & 0x0f));
}

static int decode(unsigned char byte)
{
    byte = (unsigned char)~byte;
    int sample = ((((byte & 0x0f) << 3) + 132) << ((byte >> 4) & 7)) - 132;
    return byte & 0x80 ? -sample : sample;
}

/* MARK: - Tones */

/* Every pitch makes whole waves in a frame. */
static float wave(int pitch, int sample, float turned)
{
    return sinf(2 * (float)M_PI * (float)((6 + pitch) * sample) / FRAME + turned);
}

struct tones {
    bool are_made;
    unsigned char frames[PITCHES][FRAME];
    float sines[PITCHES][FRAME], cosines[PITCHES][FRAME];
};

static const struct tones *tones(void)
{
    static struct tones all;
    if (all.are_made) return &all;
    for (int p = 0; p < PITCHES; p++)
        for (int i = 0; i < FRAME; i++) {
            all.sines[p][i] = wave(p, i, 0);
            all.cosines[p][i] = wave(p, i, (float)M_PI / 2);
            all.frames[p][i] = encode((int)(LOUDNESS * all.sines[p][i]));
        }
    all.are_made = true;
    return &all;
}

/* MARK: - Frames */

void speak_frame(unsigned char frame[FRAME], const struct mark *mark)
{
    const struct tones *all = tones();
    uint64_t bits = (uint64_t)MAGIC << 48 | (uint64_t)mark->speaker << 32 | (uint64_t)mark->window << 24 |
        (mark->number & 0xffffff);
    for (int i = 0; i < FRAME; i++) frame[i] = all->frames[mark->speaker % PITCHES][i];
    for (int i = 0; i < MARK_LENGTH; i++) frame[i] = 0xf0 | ((bits >> (60 - 4 * i)) & 0x0f);
}

bool read_mark(const unsigned char *frame, int length, struct mark *mark)
{
    uint64_t bits = 0;
    if (length < MARK_LENGTH) return false;
    for (int i = 0; i < MARK_LENGTH; i++) {
        if (frame[i] < 0xf0) return false;
        bits = bits << 4 | (frame[i] & 0x0f);
    }
    *mark = (struct mark){(uint16_t)(bits >> 32), (uint8_t)(bits >> 24), (uint32_t)bits & 0xffffff};
    return bits >> 48 == MAGIC;
}

int read_pitch(const unsigned char *frame, int length)
{
    const struct tones *all = tones();
    float samples[FRAME], energy = 0;
    if (length < FRAME) return -1;
    for (int i = 0; i < FRAME; i++) {
        samples[i] = (float)decode(frame[i]);
        energy += samples[i] * samples[i];
    }
    for (int p = 0; p < PITCHES; p++) {
        float sine = 0, cosine = 0;
        for (int i = 0; i < FRAME; i++) {
            sine += samples[i] * all->sines[p][i];
            cosine += samples[i] * all->cosines[p][i];
        }
        /* A pure tone has all of the energy here, and music or three voices have not half of it. */
        if (energy > 1e6f && (sine * sine + cosine * cosine) * 2 / FRAME > energy * 0.6f) return p;
    }
    return -1;
}
