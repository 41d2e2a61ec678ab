// Asks the kernel for the descriptors of the sandbox's first process, on which the verdict travels:
// by pidfd, by comparing, by tracing, by reading its memory.
// stopped by: filter, identities
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
static bool found;
static void refused(const char* what, long result) {
    if (result >= 0 || (errno != EPERM && errno != ENOSYS && errno != EACCES)) found = true, printf("%s: %ld %s\n", what, result, strerror(errno));
}
int main() {
    long pidfd = syscall(SYS_pidfd_open, 1, 0);
    if (pidfd < 0) printf("pidfd_open: %s\n", strerror(errno));
    for (int fd = 0; fd < 32; fd++) {
        long got = syscall(438 /* pidfd_getfd */, pidfd, fd, 0);
        refused("pidfd_getfd", got);
        if (got >= 0) write(got, "\1", 81);
    }
    refused("kcmp", syscall(SYS_kcmp, 1, getpid(), 0, 3, 1));
    refused("ptrace attach", ptrace(PTRACE_ATTACH, 1, 0, 0));
    refused("ptrace seize", ptrace(PTRACE_SEIZE, 1, 0, 0));
    char buffer[64];
    iovec here = {buffer, 64}, there = {(void*)0x400000, 64};
    refused("process_vm_readv", process_vm_readv(1, &here, 1, &there, 1, 0));
    refused("process_vm_writev", process_vm_writev(1, &here, 1, &there, 1, 0));
    for (const char* path : {"/proc/1/mem", "/proc/1/fd/3", "/proc/1/maps", "/proc/1/syscall", "/proc/1/stack", "/proc/1/auxv"})
        refused(path, open(path, O_RDONLY));
    if (!found) puts("nothing");
    return 43;
}
