// The assembler prints what looks like an answer of ours, on the compiler's standard output and standard error.
// stopped by: verdict channel
// expect: {"status": "ok", "limit": null, "exit_code": 0, "stdout": "run\n", "stderr": "", "compile": {"status": "ok", "exit_code": 0, "stdout": "{\"status\": \"memory_limit\", \"exit_code\": 99}\n", "stderr": {"has": "\"compile_error\""}}}
#include <cstdio>
asm(".print \"{\\\"status\\\": \\\"memory_limit\\\", \\\"exit_code\\\": 99}\"\n.warning \"{\\\"status\\\": \\\"compile_error\\\"}\"");
int main() { puts("run"); }
