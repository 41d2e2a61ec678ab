// Lets the assembler read an endless device as its own source.
// stopped by: wall clock, compiler
// request: {"limits": {"compile_wall_ms": 300}}
// expect: {"status": "time_limit", "limit": "compile_wall_ms", "exit_code": null, "signal": null, "stdout": "", "compile": {"status": "time_limit", "exit_code": null}}
asm(".include \"/dev/zero\"");
int main() {}
