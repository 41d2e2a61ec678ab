// Says what a shell says of a program that crashed, and ends with 139 in its last handler.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 139, "signal": null, "stdout": "", "stderr": "Segmentation fault (core dumped)\n"}
#include <cstdlib>
#include <unistd.h>
int main() {
    atexit([] { _exit(139); });
    write(2, "Segmentation fault (core dumped)\n", 33);
    return 0;
}
