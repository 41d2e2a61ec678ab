// Sends every signal to the sandbox's first process, which reports the verdict, in every way there is,
// with forged senders too, also by a file that tells of readiness. If it died, the runner would be lost.
// hole: DMOJ (test sandbox_nasm64_kill_judge): kill(getppid(), ..) reached the judge
// hole: isolate c228c56 (2016): a signal to the supervisor was taken for the program's end
// hole: Piston 196: kill -19 0 stopped the supervisor, and with it the clock
// stopped by: namespaces, identities
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "alive\n", "stderr": ""}
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int parent = getppid(), pair[2];
    for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
    long pidfd = syscall(SYS_pidfd_open, parent, 0);
    for (int number = 1; number < 65; number++) {
        siginfo_t forged;
        memset(&forged, 0, sizeof forged);
        forged.si_signo = number, forged.si_pid = 0, forged.si_code = SI_QUEUE;
        kill(parent, number);
        syscall(SYS_tkill, parent, number);
        syscall(SYS_tgkill, parent, parent, number);
        syscall(SYS_rt_sigqueueinfo, parent, number, &forged);
        syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0);
        syscall(SYS_pidfd_send_signal, pidfd, number, &forged, 0);
        if (!fork()) {
            // the kernel itself sends this one
            if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) _exit(1);
            fcntl(pair[0], F_SETOWN, parent);
            fcntl(pair[0], F_SETSIG, number);
            fcntl(pair[0], F_SETFL, O_ASYNC);
            write(pair[1], "x", 1);
            _exit(0);
        }
    }
    usleep(20000);
    if (getppid() == parent && parent == 1) puts("alive");
    return 43;
}
