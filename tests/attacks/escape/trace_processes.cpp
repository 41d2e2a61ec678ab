// Traces: the first process, a child, itself by way of its child, and with the option that suspends the filter
// of the traced. Tracing even one's own child is refused, since a tracer can change calls after a filter saw them.
// hole: CVE-2019-13272 (Linux): whoever asked to be traced while the tracer was root got what the tracer had
// stopped by: filter, identities
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static long trace(long what, long pid, long a = 0, long b = 0) { return syscall(SYS_ptrace, what, pid, a, b); }
static void refused(const char* name, long what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %lx: %ld errno %d\n", name, what, result, errno);
}
int main() {
    int child = fork();
    if (!child) for (;;) pause();
    for (int pid : {1, child, (int)getppid(), (int)getpid()}) {
        refused("attach", pid, trace(16, pid));
        for (long options : {0L, 0x100000L /* dies with me */, 0x200000L /* suspend its filter */}) refused("seize", options, trace(0x4206, pid, 0, options));
        for (long what : {1L, 2L, 4L, 5L, 7L, 8L, 12L, 13L, 17L, 0x4200L, 0x4204L, 0x4207L, 0x420cL /* its filter */, 0x420eL, 0x4211L}) refused("request", what, trace(what, pid, 0, 0));
    }
    kill(child, SIGKILL), waitpid(child, 0, 0);
    child = fork();
    if (!child) {
        if (trace(0, 0) == 0) _exit(1); // traced by its parent
        if (errno != EPERM) _exit(2);
        dup2(open("/dev/null", O_WRONLY), 1), dup2(1, 2);
        execl("/usr/bin/su", "su", "--version", (char*)0);
        execl("/bin/true", "true", (char*)0);
        _exit(3);
    }
    int status = 0;
    while (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status)) puts("a child stopped for its tracer"), kill(child, SIGKILL);
    if (WIFEXITED(status) && WEXITSTATUS(status) < 4 && WEXITSTATUS(status)) printf("traced: %d\n", WEXITSTATUS(status));
    puts("nothing");
}
