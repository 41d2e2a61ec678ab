// Turns every knob of the pipes that it shares with the supervisor: no waiting, appending, packets,
// smallest and largest size, signals to the sandbox's first process whenever one is read.
// stopped by: verdict channel, namespaces
// request: {"stdin": "in\n"}
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "in\none\ntwo\n", "stderr": "three\nfour\n", "stdout_bytes": 11, "stderr_bytes": 11}
#include <initializer_list>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>
static void say(int fd, const char* text, long size) {
    while (write(fd, text, size) < 0) usleep(100);
}
int main() {
    char line[8];
    long got = read(0, line, 8);
    for (int fd = 0; fd < 3; fd++) {
        fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND | O_ASYNC | O_DIRECT);
        for (int owner : {1, -1, 0}) fcntl(fd, F_SETOWN, owner);
        fcntl(fd, F_SETOWN, 1);
        fcntl(fd, F_SETSIG, SIGKILL);
        fcntl(fd, F_SETPIPE_SZ, 1 << 20);
        fcntl(fd, F_SETPIPE_SZ, 4096);
        fcntl(fd, F_SETFD, 0);
    }
    say(1, line, got);
    say(1, "one\n", 4);
    say(2, "three\n", 6);
    usleep(20000);
    say(1, "two\n", 4);
    say(2, "four\n", 5);
    return 43;
}
