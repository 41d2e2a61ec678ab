// Is struck by its own timer 2,000 times a second while it complains and fails, so that every call is
// broken off and begun anew; the supervisor wants to see these calls first.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "out\n", "stderr": "err\n"}
// takes_at_most_ms: 3000
#include <csignal>
#include <sys/time.h>
#include <unistd.h>
int main() {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, nullptr);
    itimerval often = {{0, 500}, {0, 500}};
    setitimer(ITIMER_REAL, &often, nullptr);
    usleep(5000);
    write(1, "out\n", 4);
    write(2, "err\n", 4);
    _exit(43);
}
