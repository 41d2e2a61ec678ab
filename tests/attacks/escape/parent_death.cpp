// Tries to outlive its end: children in sessions and groups of their own, which ask for no signal when a parent
// dies, take in orphans, ignore all signals, and start each other again. None of them may print after the answer.
// hole: Piston c7efa53, langfuse 15955: what left the process group went on for hours
// stopped by: namespaces
// expect: {"status": "ok", "stdout": "gone\n", "stderr": ""}
#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void hide(int depth) {
    setsid(), setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, 0), prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
    if (depth < 6) {
        if (!fork()) hide(depth + 1);
        // CLONE_PARENT: a brother, who belongs to the first process
        if (!syscall(SYS_clone, 0x8000 | (depth % 2 ? 0 : SIGCHLD), 0, 0, 0, 0)) hide(6);
    }
    for (int i = 0; i < 15; i++) { // half a minute
        usleep(2000000);
        if (depth == 6 && !fork()) write(1, "alive\n", 6), _exit(0);
    }
    _exit(0);
}
int main() {
    if (!fork()) hide(0);
    usleep(30000);
    puts("gone");
}
