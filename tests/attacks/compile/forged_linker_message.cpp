// Makes the linker say that compiling failed, for a program that compiles and runs.
// stopped by: verdict channel
// expect: {"status": "ok", "limit": null, "exit_code": 0, "stdout": "run\n", "compile": {"status": "ok", "exit_code": 0, "stderr": {"has": "main.cpp:1:1: fatal error: Killed signal terminated program cc1plus"}}}
#include <cstdio>
asm(".section .gnu.warning.main\n.string \"main.cpp:1:1: fatal error: Killed signal terminated program cc1plus\"\n.text");
int main() { puts("run"); }
