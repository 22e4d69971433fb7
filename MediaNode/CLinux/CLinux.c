#define _GNU_SOURCE  // memfd_create; nobody imports this file
#include "CLinux.h"

#include <sys/mman.h>

pid_t clinux_start_child(const char *program, char *const arguments[], const int *descriptors,
                         int count) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child != 0) return child;

  // Only calls that are safe between fork and exec follow.
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int index = 0; index < count; index++)
    if (dup2(descriptors[index], 3 + index) < 0) _exit(127);
  execv(program, arguments);
  _exit(127);
}

int clinux_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
