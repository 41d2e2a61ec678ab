// Pragmas that look at other files: which are newer, and which is a precompiled header.
// stopped by: outer root, compiler
// expect: {"status": "compile_error", "limit": null, "stdout": "", "compile": {"exit_code": 1, "stderr": {"has": ["pch_preprocess", "cc1plus: fatal error: /root/.bashrc: No such file or directory\n"]}}}
#pragma GCC pch_preprocess "/etc/shadow"
#pragma GCC dependency "/etc/passwd"
#pragma GCC dependency "/root/.bashrc"
int main() {}
