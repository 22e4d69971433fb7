/* slow_disk.so, preloaded into a program: its disk is slow for what lies in the folder that $TANDEM_SLOW_FOLDER names. Each
 * write there, and each wait until it is kept (fsync, fdatasync), takes as many nanoseconds longer as the first eight bytes
 * of the file say that $TANDEM_SLOW_DISK names (signed, in this machine's byte order). The file may be written at any
 * time. What is no regular file, a connection for example, is as fast as ever. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ll

static const volatile int64_t *delay;
static const char *folder;

__attribute__((constructor)) static void look(void) {
    const char *path = getenv("TANDEM_SLOW_DISK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *delay, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    folder = getenv("TANDEM_SLOW_FOLDER");
    if (page != MAP_FAILED && folder) delay = page;
}

static int is_slow(int descriptor) {
    char link[32], path[4096];
    struct stat about;
    if (!delay || *delay <= 0 || fstat(descriptor, &about) || !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode))) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return !strncmp(path, folder, strlen(folder));
}

static void wait_for(int descriptor) {
    if (!is_slow(descriptor)) return;
    struct timespec left = {*delay / SECOND, *delay % SECOND};
    while (nanosleep(&left, &left)) {}
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

ssize_t write(int descriptor, const void *bytes, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    wait_for(descriptor);
    return real(descriptor, bytes, count);
}
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    wait_for(descriptor);
    return real(descriptor, parts, count);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t place) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    wait_for(descriptor);
    return real(descriptor, bytes, count, place);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t place) { return pwrite64(descriptor, bytes, count, place); }
int fsync(int descriptor) {
    REAL(int, fsync, int);
    wait_for(descriptor);
    return real(descriptor);
}
int fdatasync(int descriptor) {
    REAL(int, fdatasync, int);
    wait_for(descriptor);
    return real(descriptor);
}
