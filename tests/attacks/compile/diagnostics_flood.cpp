// Thousands of errors on one line: the text is cut in the middle, the list ends at 500, the verdict stands.
// stopped by: output
// request: {"limits": {"output_bytes": 2000}}
// expect: {"status": "compile_error", "limit": null, "exit_code": null, "stdout": "", "truncated": true, "compile": {"exit_code": 1, "stderr": {"has": ["error: again", " bytes omitted ...]\n"]}}}
#define A(x) x x x x x x x x x x
A(A(A(_Pragma("GCC error \"again\""))))
int main() {}
