// Includes a file of the host, of which the error message quotes the lines. What there is under that name is made by us.
// hole: DMOJ 318 (2018): the compiler ran outside the sandbox, with the judge's rights
// stopped by: outer root, compiler
// expect: {"status": "compile_error", "limit": null, "stdout": "", "compile": {"exit_code": 1, "stderr": {"has": "    1 | root:x:0:0::/nonexistent:/usr/sbin/nologin\n"}}}
#include "/etc/passwd"
int main() {}
