// Does nothing but being woken by its own timer, as often as the kernel will.
// stopped by: meter, rlimits
// request: {"limits": {"cpu_ms": 100}}
// expect: {"status": "time_limit", "limit": "cpu_ms", "exit_code": null, "signal": null, "stdout": ""}
#include <csignal>
#include <sys/time.h>
#include <unistd.h>
int main() {
    signal(SIGALRM, [](int) { raise(SIGALRM); });
    itimerval often = {{0, 1}, {0, 1}};
    setitimer(ITIMER_REAL, &often, nullptr);
    for (;;) pause();
}
