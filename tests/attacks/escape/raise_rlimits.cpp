// Raises its limits: soft and hard, by each call, for itself, its child, the first process and by numbers with
// high bits; to more by one, to no limit, and beyond what the kernel can hold.
// stopped by: rlimits, filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main() {
    int child = fork();
    if (!child) for (;;) pause();
    rlimit64 own, now, bounded[16];
    const char* names[] = {"cpu", "file size", "data", "stack", "core", "memory", "processes", "open files", "locked", "address space", "file locks", "signals", "queues", "nice", "real time", "real time us"};
    for (int r = 0; r < 16; r++) {
        syscall(SYS_prlimit64, 0, r, 0, &own);
        bounded[r] = own;
        if (own.rlim_max == RLIM64_INFINITY) continue; // data, resident and address space, file locks, microseconds: others hold them
        for (unsigned long long more : {own.rlim_max + 1ULL, own.rlim_max * 2ULL + 2, 0ULL - 1, 1ULL << 63}) {
            rlimit64 wanted = {more, more}, only_soft = {more, own.rlim_max};
            for (long pid : {0L, (long)getpid(), (long)child, 1L, 1L << 32})
                for (rlimit64* to : {&wanted, &only_soft})
                    if (!syscall(SYS_prlimit64, pid, r, to, 0)) printf("%s raised for %ld\n", names[r], pid);
            if (!syscall(SYS_setrlimit, r, &wanted) || !syscall(SYS_setrlimit, r | 1L << 32, &wanted)) printf("%s raised\n", names[r]);
        }
        syscall(SYS_prlimit64, 0, r, 0, &now);
        if (now.rlim_max > own.rlim_max || now.rlim_cur > own.rlim_cur) printf("%s is more\n", names[r]);
    }
    for (int r : {0, 1, 3, 4, 6, 7, 8, 11, 12, 13, 14})
        if (bounded[r].rlim_max == RLIM64_INFINITY) printf("%s has no limit\n", names[r]);
    kill(child, SIGKILL), waitpid(child, 0, 0);
    puts("nothing");
}
