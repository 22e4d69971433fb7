/* What is found, in files of one JSON object a line, each of which is there when it is whole. */
#ifndef REPORT_H
#define REPORT_H

#include "call.h"

/* Every call as it was set up, or why it was not: `up`. */
void report_set_up(const char *directory);
/* What every stream heard, and how late the sound was: `streams` and `sound`. */
void report_sound(const char *directory);
/* What sides did afterwards: `deeds`. */
void report_deeds(const char *directory);
/* What became of every call: `calls`. */
void report_calls(const char *directory);
/* Something is so: an empty file. */
void report_that(const char *directory, const char *name);

#endif
