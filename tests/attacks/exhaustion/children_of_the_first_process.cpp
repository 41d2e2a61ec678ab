// Makes processes that are not its children but the first process's, until it is refused; it may have as many as any.
// stopped by: rlimits, cgroup
// request: {"limits": {"processes": 20}}
// expect: {"status": "process_limit", "limit": "processes", "exit_code": 1, "stdout": {"any": ["19 more\n", "20 more\n"]}, "stderr": "", "usage": {"processes_peak": {"most": 22}}}
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int more = 0;
    for (; more < 1000; more++) {
        long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (pid < 0) break;
        if (!pid) sleep(60), _exit(0);
    }
    if (errno != EAGAIN) printf("errno %d\n", errno);
    printf("%d more\n", more), fflush(stdout);
    usleep(50000);
    return 1;
}
