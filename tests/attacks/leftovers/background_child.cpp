// Leaves children behind, twice forked, in sessions of their own, deaf to every signal; looks first whether any lives on.
// hole: Langfuse 15955, ProgramBench 31: grandchildren in sessions of their own outlived their run
// stopped by: namespaces
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "usage": {"wall_ms": {"most": 1500}}}
// takes_at_most_ms: 4000
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <unistd.h>
int main() {
    int found = 0;
    DIR* d = opendir("/proc");
    while (dirent* e = readdir(d))
        if (int pid = atoi(e->d_name))
            if (pid != 1 && pid != getpid()) found++, printf("process %d\n", pid);
    if (!found) puts("nothing");
    fflush(stdout);
    for (int i = 0; i < 5; i++)
        if (!fork()) {
            setsid();
            for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
            if (!fork())
                for (;;) sleep(60);
            _exit(0);
        }
    usleep(100000);
}
