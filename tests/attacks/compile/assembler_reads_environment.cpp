// Feeds the environments and command lines of the compiler and of what started it to the assembler, whose messages quote them.
// Those of its own identity can be read and hold nothing; the first process's cannot.
// stopped by: identities, compiler
// expect: {"status": "compile_error", "limit": null, "stdout": "", "compile": {"exit_code": 1, "stderr": {"has": ["/proc/self/environ: Assembler messages", "can't open /proc/1/environ for reading: Permission denied", "can't open /proc/1/maps for reading: Permission denied"]}}}
asm(".include \"/proc/self/environ\"\n.include \"/proc/1/environ\"\n.include \"/proc/1/maps\"\n.include \"/proc/2/environ\"\n"
    ".include \"/proc/1/cmdline\"\n.include \"/proc/2/cmdline\"\n.include \"/proc/self/cgroup\"");
int main() {}
