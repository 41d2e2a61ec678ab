// Takes a gibibyte and touches every page of it.
// stopped by: meter, cgroup
// expect: {"status": "memory_limit", "limit": "memory_bytes", "exit_code": null, "stdout": "on\n"}
#include <cstdio>
#include <vector>
int main() {
    puts("on"), fflush(stdout);
    std::vector<char> b(1 << 30, 1);
    printf("%d\n", b[b.size() / 2]);
}
