// Leaves children behind, twice forked, in sessions of their own, deaf to every signal.
// expect: {"status": "ok", "stdout": "left\n", "usage": {"wall_ms": {"most": 1500}}}
// takes_at_most_ms: 4000
#include <csignal>
#include <cstdio>
#include <unistd.h>
int main() {
    puts("left"), fflush(stdout);
    for (int i = 0; i < 5; i++)
        if (!fork()) {
            setsid();
            for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
            if (!fork())
                for (;;) sleep(60);
            _exit(0);
        }
    usleep(300000);
}
