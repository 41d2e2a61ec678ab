// Includes a device that never ends: the compiler takes memory until it is stopped.
// stopped by: meter, cgroup, compiler
// request: {"limits": {"compile_wall_ms": 3000}}
// expect: {"status": {"any": ["memory_limit", "time_limit"]}, "limit": {"any": ["memory_bytes", "compile_wall_ms"]}, "exit_code": null, "signal": null, "stdout": ""}
#include "/dev/zero"
int main() {}
