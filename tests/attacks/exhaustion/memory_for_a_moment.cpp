// A child takes twice the limit at once, gives it back at once and is gone, perhaps between two readings: the kernel's
// own record of the largest process tells.
// stopped by: meter, cgroup
// request: {"limits": {"memory_bytes": 67108864}}
// expect: {"status": "memory_limit", "limit": "memory_bytes", "stderr": ""}
#include <cstdio>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main() {
    if (!fork()) {
        const size_t all = 128u << 20;
        munmap(mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0), all);
        _exit(0);
    }
    wait(nullptr);
    puts("done");
}
