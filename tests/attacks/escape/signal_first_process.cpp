// Sends the sandbox's first process every signal there is by every call that sends one, from processes, threads
// and descriptors, forged as from the kernel. It must live, and report the true end (exit code 7).
// hole: issue 196 (Piston), DMOJ's sandbox_nasm64_kill_judge: the parent could be killed
// stopped by: namespaces, identities
// expect: {"status": "runtime_error", "exit_code": 7, "signal": null, "limit": null, "stdout": "alive\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int first = syscall(SYS_pidfd_open, 1, 0), own = getpid();
    for (int pid = 2; pid < own; pid++) kill(pid, SIGKILL); // whatever else there is
    siginfo_t forged{};
    forged.si_code = 0x80 /* from the kernel */, forged.si_pid = own;
    for (int number = 0; number <= 65; number++)
        for (int round = 0; round < 2; round++) {
            forged.si_signo = number;
            kill(1, number), kill(getppid(), number);
            syscall(SYS_tkill, 1, number), syscall(SYS_tgkill, 1, 1, number);
            syscall(SYS_rt_sigqueueinfo, 1, number, &forged), syscall(SYS_rt_tgsigqueueinfo, 1, 1, number, &forged);
            forged.si_code = -1;
            syscall(SYS_rt_sigqueueinfo, 1, number, &forged);
            for (long flags : {0L, 1L, 2L, 4L}) syscall(SYS_pidfd_send_signal, first, number, 0, flags);
        }
    // By way of the kernel: a socket that tells "its owner" of what happens on it, with a signal of our choice.
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    for (int number : {SIGKILL, SIGSTOP, SIGTERM, SIGCHLD, SIGIO}) {
        int owner[2] = {1 /* a process */, 1};
        fcntl(pair[0], F_SETOWN, 1), fcntl(pair[0], F_SETOWN_EX, owner), fcntl(pair[0], F_SETSIG, number), fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK);
        write(pair[1], "x", 1);
    }
    usleep(20000);
    FILE* file = fopen("/proc/1/status", "r");
    char line[128];
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, "State:", 6) && !strstr(line, "sleeping") && !strstr(line, "running")) printf("the first process: %s", line);
    puts("alive");
    return 7;
}
