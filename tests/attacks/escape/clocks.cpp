// Sets the machine's clock by each of the five calls (to what it says already), turns its rate, and makes timers
// that wake the machine up.
// hole: isolate 896d4d3: wall time was measured by a clock that can be set
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
static void refused(const char* name, long what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %ld: %ld errno %d\n", name, what, result, errno);
}
int main() {
    timespec now;
    timeval now_too;
    char state[256]; // struct timex; all zero only asks, which nobody here needs
    for (long clock = 0; clock < 12; clock++) {
        clock_gettime(CLOCK_REALTIME, &now);
        refused("clock_settime", clock, syscall(SYS_clock_settime, clock, &now));
        for (unsigned mode : {0u, 1u /* offset */, 0x4000u /* length of a tick */, 0x8001u, 0x2000u}) {
            memset(state, 0, sizeof state), memcpy(state, &mode, 4);
            refused("clock_adjtime", clock, syscall(SYS_clock_adjtime, clock, state));
            refused("adjtimex", mode, syscall(SYS_adjtimex, state));
        }
    }
    gettimeofday(&now_too, 0);
    struct timezone zone = {0, 0};
    refused("settimeofday", 0, syscall(SYS_settimeofday, &now_too, 0));
    refused("settimeofday", 1, syscall(SYS_settimeofday, 0, &zone));
    for (long clock : {8L, 9L}) { // alarms
        timer_t timer;
        sigevent event{};
        if (!timer_create(clock, &event, &timer)) printf("an alarm by clock %ld\n", clock);
        if (syscall(SYS_timerfd_create, clock, 0) >= 0) printf("an alarm by descriptor of clock %ld\n", clock);
        timespec soon = {0, 1};
        if (!syscall(SYS_clock_nanosleep, clock, 0, &soon, 0)) printf("slept by clock %ld\n", clock);
    }
    puts("nothing");
}
