/* What parties say and hear: a stream of PCMU each, paced and measured by a thread of its own. */
#ifndef SOUND_H
#define SOUND_H

#include "description.h"
#include "way.h"

#include <stdio.h>

struct stream;

/* What a stream is to hear while it is measured. */
enum expectation {
    NOTHING,
    PEER,    /* what one other stream says, packet by packet */
    ANYTHING /* music, prompts, a conference: whatever comes */
};

/* What was heard while it was measured. */
struct hearing {
    enum expectation expected;
    double longest_gap_ms; /* between two packets */
    long lost;             /* packets that were said and did not come */
    bool is_dead;          /* nothing came in the last 200 ms */
};

void start_sound(void);

/* At a port of its own; `is_protected` makes a key, too. It says nothing yet. */
struct stream *open_stream(const struct place *place, bool six, bool is_protected);
/* What the stream is to the other side: where it is, and its key. */
struct description describe(const struct stream *stream);
/* Where it goes and how what comes is read, as the other side describes it; its former key where that has none. */
void direct(struct stream *stream, const struct description *theirs);
void let_speak(struct stream *stream, bool speaks);
/* Says a key as events (RFC 4733) in the place of its sound; false: the other side knows none. */
bool press(struct stream *stream, int key);
unsigned keys_heard(struct stream *stream);

/* Whether it heard the other one since then (or one with the same pitch) and nobody else after that, or, where that is
 * NULL, anything. */
bool has_heard(struct stream *stream, const struct stream *other, uint64_t since);

/* Whether it heard since then what the first stream of a run had left as a message. */
bool hears_message(struct stream *stream, uint64_t since);

void expect(struct stream *stream, enum expectation expectation, const struct stream *peer);
void begin_measuring(void);
void end_measuring(void);
/* Half a second after the end, when what was under way has come. */
struct hearing heard_by(struct stream *stream);
/* How late the sound was at worst while it was measured. */
double lateness_ms(void);

#endif
