// Ends with the exit code by which shells tell of SIGKILL: it was no kill and no limit.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 137, "signal": null, "stdout": "", "stderr": "Killed\n"}
#include <unistd.h>
int main() {
    write(2, "Killed\n", 7);
    return 137;
}
