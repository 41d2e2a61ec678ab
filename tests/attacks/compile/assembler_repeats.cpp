// A thousand million instructions by one line of assembler: time or memory, whichever ends first.
// stopped by: wall clock, meter, cgroup, compiler
// request: {"limits": {"compile_wall_ms": 500}}
// expect: {"status": {"any": ["time_limit", "memory_limit"]}, "limit": {"any": ["compile_wall_ms", "memory_bytes"]}, "stdout": ""}
asm(".rept 1000000000\nnop\n.endr");
int main() {}
