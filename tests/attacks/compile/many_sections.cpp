// A hundred thousand sections, each of which the assembler and the linker hold a table for.
// stopped by: wall clock, compiler
// request: {"limits": {"compile_wall_ms": 300}}
// expect: {"status": {"any": ["time_limit", "memory_limit"]}, "limit": {"any": ["compile_wall_ms", "memory_bytes"]}, "exit_code": null, "stdout": ""}
asm(".altmacro\n.macro s n\n.section .s\\n,\"a\"\n.byte 1\n.endm\n.set i,0\n.rept 1000000\ns %i\n.set i,i+1\n.endr\n.text");
int main() {}
