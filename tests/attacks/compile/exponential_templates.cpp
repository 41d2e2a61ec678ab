// Templates that ask for two more at every step, 26 deep.
// stopped by: wall clock, meter, cgroup, compiler
// request: {"limits": {"compile_wall_ms": 400}}
// expect: {"status": {"any": ["time_limit", "memory_limit"]}, "limit": {"any": ["compile_wall_ms", "memory_bytes"]}, "stdout": ""}
template <int D, int X> struct T { using a = typename T<D - 1, 2 * X>::a; using b = typename T<D - 1, 2 * X + 1>::a; };
template <int X> struct T<0, X> { using a = int; };
int main() { T<26, 1>::a x = 0; T<26, 1>::b y = 0; return x + y; }
