// Shared memory with all pages at once, by one call.
// stopped by: meter, cgroup
// request: {"limits": {"memory_bytes": 67108864}}
// expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
#include <cstdio>
#include <sys/mman.h>
#include <unistd.h>
int main() {
    mmap(nullptr, 300u << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    usleep(50000);
    puts("done");
}
