// Says what a shell says of a killed program, and ends with 137.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 137, "signal": null, "stdout": "", "stderr": "Killed\n"}
#include <unistd.h>
int main() {
    write(2, "Killed\n", 7);
    _exit(137);
}
