// Ends with 126 as a program that could not be executed, after it ran: its output is there.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 126, "signal": null, "stdout": "it ran\n", "stderr": "", "compile": {"status": "ok"}}
#include <unistd.h>
int main() {
    write(1, "it ran\n", 7);
    _exit(126);
}
