// One message of a hundred thousand characters, quoted in one line: cut in the middle, and the program runs all the same.
// stopped by: output
// request: {"limits": {"output_bytes": 2000}}
// expect: {"status": "ok", "limit": null, "stdout": "run\n", "stderr": "", "compile": {"status": "ok", "stderr": {"has": ["message: yyyyyyyy", "yyyyyyyy\n[... 9", " bytes omitted ...]\nyyyyyyyy", "yyyy’\n"]}}}
#include <cstdio>
#define A(x) x x x x x x x x x x
#pragma message(A(A(A(A(A("y"))))))
int main() { puts("run"); }
