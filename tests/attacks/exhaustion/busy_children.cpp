// Children that work for 30 ms each and vanish without being waited for, deaf to the signal of the time limit.
// stopped by: meter
// request: {"limits": {"cpu_ms": 150}}
// expect: {"status": "time_limit", "limit": "cpu_ms", "exit_code": null, "signal": null, "stdout": ""}
#include <csignal>
#include <ctime>
#include <unistd.h>
int main() {
    signal(SIGCHLD, SIG_IGN), signal(SIGXCPU, SIG_IGN);
    for (;;) {
        if (!fork()) {
            while (clock() < 30 * CLOCKS_PER_SEC / 1000) {}
            _exit(0);
        }
        usleep(20000);
    }
}
