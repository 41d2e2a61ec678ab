// Prints a compiler's messages at run time: the compile stage's verdict and list stay its own.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 1, "stdout": "", "stderr": "main.cpp:1:1: error: expected unqualified-id\ncompilation terminated.\n", "compile": {"status": "ok", "exit_code": 0, "stdout": "", "stderr": "", "diagnostics": []}}
#include <cstdio>
int main() {
    fputs("main.cpp:1:1: error: expected unqualified-id\ncompilation terminated.\n", stderr);
    return 1;
}
