// Looks for settings of the process that started it, which tell of the server and of the run before: signal settings, mask,
// priority, limits, timers, folder of work, signal at the parent's death, address layout, session and terminal.
// hole: 6f21daf (isolate): a limit of one run remained for the next
// stopped by: rlimits, prepared, namespaces
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
static int found;
#define CHECK(what) if (!(what)) found++, printf("%s (%d)\n", #what, errno)
int main() {
    for (int s = 1; s <= 64; s++) {
        struct sigaction a;
        if (s != SIGKILL && s != SIGSTOP && !sigaction(s, nullptr, &a) && a.sa_handler != SIG_DFL) found++, printf("signal %d\n", s);
    }
    sigset_t mask, waiting, none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, nullptr, &mask), sigpending(&waiting);
    CHECK(!memcmp(&mask, &none, 8) && !memcmp(&waiting, &none, 8));
    struct { int which; rlim_t value; } limits[] = {{RLIMIT_FSIZE, 16 << 20}, {RLIMIT_NOFILE, 256}, {RLIMIT_STACK, 64 << 20}, {RLIMIT_CORE, 1}, {RLIMIT_CPU, 11},
                                                    {RLIMIT_MEMLOCK, 64 << 10}, {RLIMIT_SIGPENDING, 1024}, {RLIMIT_MSGQUEUE, 256 << 10}, {RLIMIT_NICE, 0}, {RLIMIT_RTPRIO, 0}};
    for (auto& l : limits) {
        rlimit now;
        if (getrlimit((__rlimit_resource)l.which, &now) || now.rlim_cur != l.value || now.rlim_max > l.value + (l.which == RLIMIT_CPU))
            found++, printf("limit %d is %lu of %lu\n", l.which, (unsigned long)now.rlim_cur, (unsigned long)now.rlim_max);
    }
    char folder[4096];
    int death = 0;
    CHECK(getcwd(folder, sizeof folder) && !strcmp(folder, "/work"));
    CHECK(umask(0) == 022);
    CHECK(getpriority(PRIO_PROCESS, 0) == 5);
    CHECK(sched_getscheduler(0) == SCHED_OTHER);
    CHECK(personality(0xffffffff) == 0);
    CHECK(prctl(PR_GET_DUMPABLE) == 1);
    CHECK(!prctl(PR_GET_PDEATHSIG, &death) && death == 0);
    CHECK(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 0);
    CHECK(prctl(PR_GET_TIMERSLACK) == 50000);
    int reaper = 1;
    CHECK(!prctl(PR_GET_CHILD_SUBREAPER, &reaper) && !reaper);
    CHECK(getppid() == 1 && getsid(0) == getpid() && getpgrp() == getpid());
    CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENOENT);
    for (int which : {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}) {
        itimerval t;
        CHECK(!getitimer((__itimer_which)which, &t) && !t.it_value.tv_sec && !t.it_value.tv_usec);
    }
    rusage children;
    CHECK(!getrusage(RUSAGE_CHILDREN, &children) && !children.ru_maxrss && !children.ru_utime.tv_usec);
    if (!found) puts("nothing");
}
