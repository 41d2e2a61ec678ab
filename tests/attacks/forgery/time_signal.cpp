// Ends itself by the signal with which the kernel ends a program whose CPU time is used up, and says so:
// that is not the limit of the request, of which hardly anything was used.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": null, "signal": "SIGXCPU", "stdout": "", "stderr": "CPU time limit exceeded\n"}
#include <csignal>
#include <unistd.h>
int main() {
    write(2, "CPU time limit exceeded\n", 24);
    raise(SIGXCPU);
}
