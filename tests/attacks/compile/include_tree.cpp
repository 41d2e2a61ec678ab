// Includes itself twice, 199 deep: a tree that no compiler ever walks to its end.
// stopped by: wall clock, compiler
// request: {"limits": {"compile_wall_ms": 300}}
// expect: {"status": "time_limit", "limit": "compile_wall_ms", "exit_code": null, "signal": null, "stdout": "", "compile": {"status": "time_limit"}}
#if __INCLUDE_LEVEL__ < 199
#include __FILE__
#include __FILE__
#endif
int main() {}
