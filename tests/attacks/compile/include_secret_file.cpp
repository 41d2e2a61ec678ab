// Includes the file that no error message may ever quote.
// hole: DMOJ 318 (2018): the compiler ran outside the sandbox, with the judge's rights
// stopped by: outer root, compiler
// expect: {"status": "compile_error", "limit": null, "stdout": "", "compile": {"exit_code": 1, "stdout": "", "stderr": "main.cpp:5:10: fatal error: /etc/shadow: No such file or directory\n    5 | #include \"/etc/shadow\"\n      |          ^~~~~~~~~~~~~\ncompilation terminated.\n"}}
#include "/etc/shadow"
int main() {}
