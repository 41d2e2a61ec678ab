// Calls itself until the stack's end: a crash, at 64 MiB, far below its limit on memory.
// stopped by: rlimits
// expect: {"status": "runtime_error", "limit": null, "exit_code": null, "signal": "SIGSEGV", "stdout": "", "stderr": "", "usage": {"peak_memory_bytes": {"most": 75000000}}}
__attribute__((noinline)) int down(volatile char* above) {
    volatile char here[4096];
    here[0] = above[0];
    return down(here) + here[0];
}
int main() {
    char begin[1] = {0};
    return down(begin);
}
