// Sends itself the signal by which the kernel tells of used up time: it has used none.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": null, "signal": "SIGXCPU", "stdout": "", "stderr": ""}
#include <csignal>
int main() { raise(SIGXCPU); }
