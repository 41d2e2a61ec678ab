// Never comes to main: a constructor loops. The time is the program's, as in main.
// stopped by: meter, rlimits
// request: {"limits": {"cpu_ms": 200}}
// expect: {"status": "time_limit", "limit": "cpu_ms", "exit_code": null, "signal": null, "stdout": "", "compile": {"status": "ok"}}
#include <cstdio>
struct S { S() { for (volatile unsigned i = 0;; i++) {} } } s;
int main() { puts("main"); }
