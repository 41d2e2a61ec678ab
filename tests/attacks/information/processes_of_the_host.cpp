// Looks for any process but itself and the first one, by number and not only in the table: signals to it, its session,
// group, scheduling, limits, a descriptor of it.
// stopped by: namespaces, filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int found = 0;
    cpu_set_t cpus;
    sched_param priority;
    for (int pid = 2; pid < 40000; pid++) {
        if (pid == getpid()) continue;
        bool there = !kill(pid, 0) || errno != ESRCH;
        there |= getsid(pid) >= 0 || errno != ESRCH;
        if (pid < 4000 || pid % 7 == 0) {  // the rest is slower
            there |= getpgid(pid) >= 0 || errno != ESRCH;
            there |= sched_getaffinity(pid, sizeof cpus, &cpus) >= 0 || errno != ESRCH;
            there |= sched_getparam(pid, &priority) >= 0 || errno != ESRCH;
            errno = 0;
            there |= getpriority(PRIO_PROCESS, pid) != -1 || errno != ESRCH;
            there |= syscall(SYS_pidfd_open, pid, 0) >= 0 || errno != ESRCH;
            there |= syscall(SYS_prlimit64, pid, RLIMIT_NOFILE, 0, 0) >= 0 || errno != EPERM;
        }
        if (there && found++ < 9) printf("process %d: %d\n", pid, errno);
    }
    if (DIR* d = opendir("/proc"))
        while (dirent* e = readdir(d))
            if (int pid = atoi(e->d_name))
                if (pid != 1 && pid != getpid()) found++, printf("/proc/%d\n", pid);
    // numbers of processes outside are in no file of ours either
    for (const char* name : {"/proc/self/status", "/proc/1/status"}) {
        FILE* f = fopen(name, "r");
        char line[256];
        int a, b;
        while (f && fgets(line, sizeof line, f))
            if (sscanf(line, "NSpid: %d %d", &a, &b) == 2 || (sscanf(line, "PPid: %d", &a) == 1 && a > 1)) found++, fputs(line, stdout);
    }
    if (!found) puts("nothing");
}
