// Makes processes that are children of the sandbox's first process, as itself is: a sibling by
// CLONE_PARENT and an orphan. Both end with 0 before it fails, and one of them lives on.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "siblings\n", "stderr": ""}
#include <csignal>
#include <cstdio>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main() {
    int siblings = 0;
    for (int i = 0; i < 3; i++) {
        long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (!pid) {
            if (i == 2) pause();
            syscall(SYS_exit_group, 0);
        }
        siblings += pid > 0;
    }
    int child = fork();
    if (!child) {
        if (!fork()) _exit(0);  // an orphan soon
        _exit(0);
    }
    waitpid(child, nullptr, 0);
    usleep(30000);
    if (siblings == 3) puts("siblings");
    return 43;
}
