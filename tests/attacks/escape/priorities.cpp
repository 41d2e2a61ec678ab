// Puts itself before others: negative nice values (and those below its own), real time in both classes, deadlines,
// the first class of I/O, more weight for its session, latency of its timers.
// stopped by: rlimits, filter, no privileges
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
    int own = getpriority(PRIO_PROCESS, 0);
    if (own < 1) printf("begins at %d\n", own);
    for (int nice : {-20, -5, -1, 0, 1, own - 1})
        for (int which : {PRIO_PROCESS, PRIO_PGRP, PRIO_USER})
            for (int who : {0, (int)getpid()})
                if (!setpriority((__priority_which_t)which, who, nice)) printf("nice %d by %d of %d\n", nice, which, who);
    for (int policy : {SCHED_FIFO, SCHED_RR, 6 /* deadline */, 7, SCHED_FIFO | SCHED_RESET_ON_FORK})
        for (int priority : {0, 1, 50, 99}) {
            sched_param wanted{priority};
            if (!sched_setscheduler(0, policy, &wanted)) printf("class %d with %d\n", policy, priority);
            if (priority && !sched_setparam(0, &wanted)) printf("priority %d\n", priority);
        }
    sched_param none{0};
    sched_setscheduler(0, SCHED_IDLE, &none); // the way down is open, the way up must not lead above where it began
    sched_setscheduler(0, SCHED_OTHER, &none);
    if (getpriority(PRIO_PROCESS, 0) < own) puts("came back better");
    struct { unsigned size, policy; unsigned long long flags; int nice; unsigned priority; unsigned long long runtime, deadline, period; unsigned least, most; } deadline = {56, 6, 0, 0, 0, 1000000, 10000000, 10000000, 0, 0};
    for (unsigned policy : {6u, 0u, 1u, 7u})
        for (unsigned long long flags : {0ULL, 1ULL, 0x10ULL, 0x60ULL}) {
            deadline.policy = policy, deadline.flags = flags, deadline.least = 1024, deadline.most = 1024;
            if (syscall(SYS_sched_setattr, 0, &deadline, 0) >= 0 || errno != EPERM) printf("sched_setattr %u %llx: errno %d\n", policy, flags, errno);
        }
    for (long value : {1L << 13 /* real time */, 2L << 13, 0L})
        if (syscall(SYS_ioprio_set, 1, 0, value) >= 0 || errno != EPERM) printf("class of I/O %ld: errno %d\n", value, errno);
    for (const char* nice : {"-1", "-20"})
        if (write(open("/proc/self/autogroup", O_WRONLY), nice, 3) > 0) printf("its session has %s\n", nice);
    puts("nothing");
}
