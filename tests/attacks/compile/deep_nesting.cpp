// A hundred thousand parentheses around one number: each is tried as everything that it could be the beginning of.
// stopped by: wall clock, compiler
// request: {"limits": {"compile_wall_ms": 300}}
// expect: {"status": {"any": ["time_limit", "memory_limit"]}, "limit": {"any": ["compile_wall_ms", "memory_bytes"]}, "exit_code": null, "stdout": ""}
#define TEN(x) x x x x x x x x x x
#define OPEN (((((((((((
#define SHUT )))))))))))
int main() { return TEN(TEN(TEN(TEN(OPEN)))) 0 TEN(TEN(TEN(TEN(SHUT)))); }
