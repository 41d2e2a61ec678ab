// Ten to the eighth statements by four macros.
// stopped by: wall clock, meter, cgroup, compiler
// request: {"limits": {"compile_wall_ms": 400}}
// expect: {"status": {"any": ["time_limit", "memory_limit"]}, "limit": {"any": ["compile_wall_ms", "memory_bytes"]}, "stdout": ""}
#define A(x) x x x x x x x x x x
#define B(x) A(A(x))
#define C(x) B(B(x))
#define D(x) C(C(x))
int main() { int i = 0; D(i++;) return i; }
