// Blocks every signal and reads from a pipe into which nobody will ever write.
// stopped by: wall clock
// request: {"limits": {"wall_ms": 300}}
// expect: {"status": "time_limit", "limit": "wall_ms", "exit_code": null, "signal": null, "stdout": "asleep\n", "stderr": "", "usage": {"wall_ms": {"most": 1500}, "cpu_ms": {"most": 100}}}
#include <csignal>
#include <cstdio>
#include <unistd.h>
int main() {
    sigset_t all;
    sigfillset(&all), sigprocmask(SIG_BLOCK, &all, nullptr);
    for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
    puts("asleep"), fflush(stdout);
    int ends[2];
    char c;
    if (!pipe(ends)) read(ends[0], &c, 1);
    puts("awake");
}
