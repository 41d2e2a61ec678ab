// Makes the host's crash handler run: that is a program of the host's root, started by the kernel with what the
// crashed one chose. Only a limit of exactly 1 on core files keeps the kernel from it, so nobody may lower it to 0.
// hole: CVE-2025-4598 (systemd-coredump), CVE-2025-5054 (apport): memory of set-uid programs through the handler; core(5), "Piping core dumps to a program"
// stopped by: filter, rlimits
// expect: {"status": "runtime_error", "signal": "SIGSEGV", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static void look(const char* how) {
    char line[128], soft[32] = "?", hard[32] = "?";
    FILE* limits = fopen("/proc/self/limits", "r");
    while (limits && fgets(line, sizeof line, limits)) sscanf(line, "Max core file size %31s %31s", soft, hard);
    if (limits) fclose(limits);
    if (strcmp(soft, "1") || strcmp(hard, "1")) printf("%s: core files of %s, at most %s\n", how, soft, hard);
}
template <class Try> static void attempt(const char* how, Try change) { // a limit that is down stays down: each in a child
    fflush(stdout);
    int child = fork();
    if (!child) change(), look(how), fflush(stdout), _exit(0);
    waitpid(child, 0, 0);
}
int main() {
    look("at the start");
    rlimit64 none{0, 0}, soft{0, 1}, all{RLIM64_INFINITY, RLIM64_INFINITY};
    for (rlimit64* wanted : {&none, &soft, &all}) {
        attempt("setrlimit", [=] { syscall(SYS_setrlimit, RLIMIT_CORE, wanted); });
        attempt("prlimit", [=] { syscall(SYS_prlimit64, 0, RLIMIT_CORE, wanted, 0); });
        attempt("prlimit of its number", [=] { syscall(SYS_prlimit64, getpid(), RLIMIT_CORE, wanted, 0); });
        attempt("prlimit with high bits", [=] { syscall(SYS_prlimit64, 1L << 32, RLIMIT_CORE | 1L << 32, wanted, 0); });
        attempt("prlimit of the first process", [=] { syscall(SYS_prlimit64, 1, RLIMIT_CORE, wanted, 0); });
    }
    attempt("by exec", [] { execl("/bin/sh", "sh", "-c", "ulimit -c 0 2>/dev/null; grep -q \"file size  *1  *1 \" /proc/self/limits || echo the shell lowered it", (char*)0); });
    puts("nothing"), fflush(stdout);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    *(volatile int*)0 = 1;
}
