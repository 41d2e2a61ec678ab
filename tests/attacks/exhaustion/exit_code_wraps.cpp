// Ends with a number that is zero in eight bits, then with one that is not: a code has eight bits, and only zero is well.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 255, "signal": null, "stdout": "0\n", "stderr": ""}
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>
int main() {
    int status = -1;
    if (!fork()) _exit(256);
    wait(&status);
    printf("%d\n", status);
    return -1;
}
