// Object files of a few lines that want gigabytes: filled, skipped, aligned.
// stopped by: rlimits, compiler
// expect: {"status": "compile_error", "limit": null, "exit_code": null, "stdout": "", "compile": {"stderr": {"has": "File size limit exceeded signal terminated program as"}}}
asm(".data\n.rept 64\n.fill 0x4000000,1,7\n.endr\n.space 0x4000000000\n.p2align 30\n.byte 1\n.org 0x8000000000\n.byte 1\n.text");
int main() {}
