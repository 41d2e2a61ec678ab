// Eight hundred constants, each just below the compiler's limit on loops: minutes in sum.
// stopped by: wall clock, compiler
// request: {"limits": {"compile_wall_ms": 300}}
// expect: {"status": "time_limit", "limit": "compile_wall_ms", "exit_code": null, "signal": null, "stdout": "", "compile": {"status": "time_limit"}}
template <int N> constexpr int f() { int i = 0; while (i < 200000) i++; return i + N; }
template <int N> struct S { static constexpr int v = f<N>() + S<N - 1>::v; };
template <> struct S<0> { static constexpr int v = 0; };
int main() { return S<800>::v; }
