// Hundreds of processes fail beside it, all children of the sandbox's first process as it is itself, each
// with a complaint: none of their ends is taken for its own, and they do not keep the supervisor from it.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "480 failed\n", "stderr_bytes": 480}
// takes_at_most_ms: 4000
#include <csignal>
#include <cstdio>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int made = 0;
    for (int crowd = 0; crowd < 30; crowd++) {
        long pids[16];
        for (long& pid : pids) {
            pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
            if (!pid) {
                write(2, "x", 1);
                syscall(SYS_exit_group, 1);
            }
            made += pid > 0;
        }
        for (long pid : pids)
            while (!kill(pid, 0)) usleep(50);  // so that the limit on processes is never met
    }
    printf("%d failed\n", made);
    fflush(stdout);
    return 43;
}
