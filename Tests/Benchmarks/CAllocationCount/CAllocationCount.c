// The program's own malloc, which every library in it calls: glibc's, with a count. A program's
// symbols come before its libraries', so nothing is preloaded and nothing is hooked.
#include "CAllocationCount.h"
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static const char *_Atomic prefix;
static atomic_uint_fast64_t count;
// 0 not looked at yet, 1 counted, 2 not.
static __thread int kind;

static void note(void) {
  const char *wanted = atomic_load(&prefix);
  if (!wanted) return;
  if (!kind) {
    char name[16];
    prctl(PR_GET_NAME, name);
    kind = strncmp(name, wanted, strlen(wanted)) == 0 ? 1 : 2;
  }
  if (kind == 1) atomic_fetch_add(&count, 1);
}

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note();
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  note();
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  note();
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

void allocation_count_begin(const char *thread_name_prefix) {
  atomic_store(&count, 0);
  atomic_store(&prefix, thread_name_prefix);
}

uint64_t allocation_count_end(void) {
  atomic_store(&prefix, NULL);
  return atomic_load(&count);
}
