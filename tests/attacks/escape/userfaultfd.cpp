// Takes over page faults, by which an attacker holds the kernel in the middle of a copy for as long as it likes:
// the way that makes races of kernel bugs easy to win. In the form too that is meant for ordinary users.
// hole: CVE-2016-6187 (Linux): its exploit stopped the kernel in a page fault
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    for (long flags : {0L, 1L /* user mode only */, (long)O_CLOEXEC, O_NONBLOCK | 1L, 1L << 32 | 1L}) {
        long result = syscall(SYS_userfaultfd, flags);
        if (result >= 0 || errno != EPERM) printf("userfaultfd %lx: %ld errno %d\n", flags, result, errno);
    }
    for (const char* path : {"/dev/userfaultfd", "/dev/fuse"}) // fuse: the other way to hold the kernel
        if (open(path, O_RDWR) >= 0) printf("opened %s\n", path);
    puts("nothing");
}
