// Asks for 2 GiB, which is nobody's loss, and touches it only then.
// stopped by: meter, cgroup
// request: {"limits": {"memory_bytes": 67108864}}
// expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "asked\n", "stderr": ""}
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
int main() {
    const size_t all = 2ul << 30;
    volatile char* p = (char*)calloc(all, 1);
    usleep(50000);
    puts("asked"), fflush(stdout);
    for (size_t at = 0; at < all; at += 4096) p[at] = 7;
    puts("touched");
}
