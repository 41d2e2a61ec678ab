// A gibibyte for each thread: the loader clears it before the program's first line, which must count as the program's memory.
// stopped by: meter, cgroup
// expect: {"status": "memory_limit", "limit": "memory_bytes", "exit_code": null, "stdout": "", "compile": {"status": "ok"}}
#include <cstdio>
thread_local char big[1u << 30];
int main(int c, char**) { big[c] = 1, puts("begun"); }
