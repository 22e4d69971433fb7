/* stepped_clock.so, preloaded into a program: its wall clock is wrong by as many nanoseconds as the first eight bytes
 * of the file say that $TANDEM_WALL_CLOCK names (signed, in this machine's byte order). The file may be written at any
 * time: from then on the clock has made a step. Clocks that count from the machine's start stay right, and whoever
 * waits until an hour by the wall clock waits as long as with a clock that nobody touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ll

static const volatile int64_t *step;

__attribute__((constructor)) static void look(void) {
    const char *path = getenv("TANDEM_WALL_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *step, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (page != MAP_FAILED) step = page;
}
static int64_t error(void) { return step ? *step : 0; }
static void move(struct timespec *t, int64_t by) {
    int64_t nanoseconds = t->tv_sec * SECOND + t->tv_nsec + by;
    t->tv_sec = nanoseconds / SECOND; t->tv_nsec = nanoseconds % SECOND;
}

static int right_clock(clockid_t clock, struct timespec *t) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    return real(clock, t);
}
int clock_gettime(clockid_t clock, struct timespec *t) {
    int result = right_clock(clock, t);
    if (!result && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) move(t, error());
    return result;
}
int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    t->tv_sec = now.tv_sec; t->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *t) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (t) *t = now.tv_sec;
    return now.tv_sec;
}

/* An hour by the wrong clock, by the right one. Years away from it is no hour of this clock. */
static struct timespec right_hour(const struct timespec *hour) {
    struct timespec now, right = *hour;
    clock_gettime(CLOCK_REALTIME, &now);
    if (llabs((long long)hour->tv_sec - now.tv_sec) < 100000000) move(&right, -error());
    return right;
}
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict hour) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    /* The first version of that name is for programs of another age. */
    if (!real) real = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    struct timespec right = right_hour(hour);
    return real(condition, mutex, &right);
}
int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict hour) {
    static int (*real)(pthread_mutex_t *, const struct timespec *);
    if (!real) real = (int (*)(pthread_mutex_t *, const struct timespec *))dlsym(RTLD_NEXT, "pthread_mutex_timedlock");
    struct timespec right = right_hour(hour);
    return real(mutex, &right);
}
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict hour) {
    static int (*real)(sem_t *, const struct timespec *);
    if (!real) real = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec right = right_hour(hour);
    return real(semaphore, &right);
}
