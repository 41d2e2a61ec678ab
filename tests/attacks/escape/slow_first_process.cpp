// Slows the sandbox's first process down, so that it neither reaps nor reports: priority, scheduling class,
// processors, limits, I/O class, memory, its place among sessions and groups; each read again after.
// hole: our own find: where uids are shared ("Nobody"), the first process has the program's
// stopped by: identities, filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int before = getpriority(PRIO_PROCESS, 1);
    for (int which : {PRIO_PROCESS, PRIO_PGRP})
        if (!setpriority((__priority_which_t)which, 1, 19)) puts("lowered its priority");
    for (int user : {0, 1, 1000}) setpriority(PRIO_USER, user, 15);
    if (getpriority(PRIO_PROCESS, 1) != before) puts("its priority is another");
    sched_param none{0};
    for (int policy : {SCHED_IDLE, SCHED_BATCH, SCHED_OTHER | SCHED_RESET_ON_FORK})
        if (!sched_setscheduler(1, policy, &none)) printf("its scheduling class is %d\n", policy);
    if (!sched_setparam(1, &none)) puts("set its parameters");
    unsigned attributes[14] = {56, SCHED_IDLE};
    if (syscall(SYS_sched_setattr, 1, attributes, 0) >= 0 || errno != EPERM) puts("set its attributes");
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    if (!sched_setaffinity(1, sizeof one, &one)) puts("bound it to a processor");
    rlimit64 limit = {0, 0}, was;
    for (int resource = 0; resource < 16; resource++) {
        if (syscall(SYS_prlimit64, 1, resource, &limit, 0) >= 0 || errno != EPERM) printf("set its limit %d\n", resource);
        if (syscall(SYS_prlimit64, 1, resource, 0, &was) >= 0) printf("read its limit %d\n", resource);
    }
    if (syscall(SYS_ioprio_set, 1, 1, 3 << 13) >= 0) puts("set its class of I/O");
    if (!setpgid(1, getpid()) || !setpgid(getpid(), 1)) puts("moved between groups");
    for (const char* path : {"/proc/1/oom_score_adj", "/proc/1/oom_adj", "/proc/1/timerslack_ns", "/proc/1/autogroup", "/proc/1/coredump_filter", "/proc/1/comm", "/proc/1/clear_refs", "/proc/1/sched"})
        if (write(open(path, O_WRONLY), "15", 2) > 0) printf("wrote %s\n", path);
    puts("nothing");
}
