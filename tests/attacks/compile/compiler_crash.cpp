// A million operators, each inside the one before: the compiler's stack overflows. Its crash is an error like any
// other, with no core file and no handler of the host's.
// stopped by: rlimits, compiler
// expect: {"status": "compile_error", "limit": null, "exit_code": null, "signal": null, "stdout": "", "compile": {"status": "compile_error", "exit_code": 4, "stderr": {"has": "Segmentation fault signal terminated program cc1plus"}}}
#define TEN(x) x x x x x x x x x x
int main(int c, char**) { return TEN(TEN(TEN(TEN(TEN(TEN(-)))))) c; }
