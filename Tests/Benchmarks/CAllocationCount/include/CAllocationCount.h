#pragma once
#include <stdint.h>

/// From now on counts what threads allocate whose name begins so; at most 15 bytes, kept by the caller.
void allocation_count_begin(const char *thread_name_prefix);
/// Counts no more, and tells how many allocations there were.
uint64_t allocation_count_end(void);
