// Makes calls by the third set of numbers of x86-64 (x32: a bit above the number), by the numbers that only it
// has, and by numbers with bits above that the kernel drops. What works, leaves a folder.
// hole: Firejail issue 291; CVE-2014-0038 (Linux): recvmmsg of x32 wrote into the kernel
// hole: isolate 2.6: x32 calls have numbers that the filter did not know
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __x86_64__
template <class Try> static void in_a_child(long number, Try attempt) { // a container's filter ends it by SIGSYS
    int status = 0, child = fork();
    if (!child) _exit(attempt() >= 0 || (errno != ENOSYS && errno != EPERM) ? 1 : 0);
    waitpid(child, &status, 0);
    if (WIFEXITED(status) ? WEXITSTATUS(status) != 0 : WTERMSIG(status) != SIGSYS) printf("%lx: status %x\n", number, status), fflush(stdout);
}
int main() {
    for (long bit : {0x40000000L, 1L << 32 | 0x40000000L})
        for (long number : {(long)SYS_getpid, (long)SYS_unshare, (long)SYS_socket, 520L, 521L})
            in_a_child(bit | number, [=] { return syscall(bit | number, number == SYS_socket ? 40 : 0, 1, 0, 0, 0, 0); });
    in_a_child(SYS_mkdir, [] { return syscall(0x40000000 | SYS_mkdir, "/tmp/made by x32", 0700); });
    auto refused = [](long number, long result) {
        if (result >= 0 || (errno != ENOSYS && errno != EPERM)) printf("%lx: %ld errno %d\n", number, result, errno);
    };
    for (long number = 512; number < 548; number++) refused(number, syscall(number, 0, 0, 0, 0, 0, 0)); // without the bit, as older kernels took them
    for (long bits : {1L << 32, 1L << 63, -1L << 32}) // dropped by the kernel: still the same call
        for (long number : {(long)SYS_unshare, (long)SYS_io_uring_setup, (long)SYS_ptrace, (long)SYS_memfd_create}) refused(bits | number, syscall(bits | number, 0, 0, 0, 0, 0));
    struct stat found;
    if (!stat("/tmp/made by x32", &found)) puts("made a folder by x32");
    puts("nothing");
}
#else
int main() { puts("nothing"); }
#endif
