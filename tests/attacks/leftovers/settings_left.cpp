// Changes every setting of a process that children inherit, after looking whether they are what a fresh run has.
// hole: isolate 6f21daf: the memory limit of one run stayed for the next
// stopped by: namespaces, rlimits
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
static int found = 0;
static void look(const char* what, long is, long fresh) {
    if (is != fresh) found++, printf("%s is %ld\n", what, is);
}
static void limit(const char* what, int resource, unsigned long fresh, unsigned long most = 0) {
    rlimit now, none = {0, 0};
    getrlimit(__rlimit_resource(resource), &now);
    look(what, now.rlim_cur, fresh), look(what, now.rlim_max, most ? most : fresh);
    if (resource != RLIMIT_CPU && resource != RLIMIT_STACK) setrlimit(__rlimit_resource(resource), &none);
}
int main() {
    char cwd[99];
    look("nice", getpriority(PRIO_PROCESS, 0) == 19, 0);
    look("umask", umask(0777), 022);
    look("folder", strcmp(getcwd(cwd, sizeof cwd), "/work"), 0);
    look("policy", sched_getscheduler(0), SCHED_OTHER);
    look("personality", personality(0xffffffff), 0);
    look("dumpable", prctl(PR_GET_DUMPABLE), 1);
    look("subreaper", (prctl(PR_GET_CHILD_SUBREAPER, cwd), cwd[0]), 0);
    look("slack", prctl(PR_GET_TIMERSLACK), 50000);
    look("thp", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0);
    for (int s = 1; s < 65; s++) {
        struct sigaction now;
        if (!sigaction(s, nullptr, &now) && now.sa_handler != SIG_DFL) found++, printf("signal %d\n", s);
    }
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, nullptr, &blocked);
    for (int s = 1; s < 65; s++) look("blocked", sigismember(&blocked, s) == 1, 0);
    cpu_set_t one;
    int score = 0;
    if (FILE* f = fopen("/proc/self/oom_score_adj", "r")) fscanf(f, "%d", &score), fclose(f);
    look("score", score, 1000);

    setpriority(PRIO_PROCESS, 0, 19), setpriority(PRIO_PGRP, 0, 19), setpriority(PRIO_USER, 0, 19);
    sched_param none = {0};
    sched_setscheduler(0, SCHED_IDLE, &none), personality(ADDR_NO_RANDOMIZE), chdir("/");
    prctl(PR_SET_CHILD_SUBREAPER, 1), prctl(PR_SET_TIMERSLACK, 1000000000), prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    for (int pid = 0; pid < 2; pid++) sched_setaffinity(pid, sizeof one, &one);
    if (FILE* f = fopen("/proc/self/oom_score_adj", "w")) fputs("0", f), fclose(f);
    if (FILE* f = fopen("/proc/1/oom_score_adj", "w")) fputs("0", f), fclose(f);
    for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
    sigfillset(&blocked), sigprocmask(SIG_BLOCK, &blocked, nullptr);
    itimerval never = {{3600, 0}, {3600, 0}};
    setitimer(ITIMER_REAL, &never, nullptr);
    limit("files", RLIMIT_NOFILE, 256), limit("stack", RLIMIT_STACK, 64 << 20), limit("core", RLIMIT_CORE, 1), limit("file size", RLIMIT_FSIZE, 16 << 20);
    limit("locked", RLIMIT_MEMLOCK, 64 << 10), limit("queues", RLIMIT_MSGQUEUE, 256 << 10), limit("signals", RLIMIT_SIGPENDING, 1024);
    limit("addresses", RLIMIT_AS, RLIM_INFINITY), limit("data", RLIMIT_DATA, RLIM_INFINITY), limit("time", RLIMIT_CPU, 11, 12);
    if (!found) puts("nothing");
}
