// Kills everything that it can name, the sandbox's first process included.
// hole: issue 196 (Piston): `kill -19 0` stopped the supervisor, which shared the process group
// stopped by: namespaces, identities
// expect: {"status": "ok", "stdout": "alive\n"}
#include <initializer_list>
#include <csignal>
#include <cstdio>
#include <unistd.h>
int main() {
    for (int number : {SIGTERM, SIGSTOP, SIGKILL})
        for (int pid : {1, (int)getppid(), -1}) kill(pid, number);
    puts("alive");
}
