// Kills itself and all of its group with SIGKILL, as only the kernel does for want of memory. No limit is to blame.
// stopped by: verdict channel, namespaces
// expect: {"status": "runtime_error", "limit": null, "exit_code": null, "signal": "SIGKILL", "stdout": "on\n", "stderr": ""}
#include <csignal>
#include <cstdio>
#include <unistd.h>
int main() {
    puts("on"), fflush(stdout);
    if (!fork()) sleep(60), puts("left");
    kill(0, SIGKILL);
    puts("alive");
}
