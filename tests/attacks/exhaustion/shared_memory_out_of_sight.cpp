// Fills anonymous shared memory and drops each page from its own tables: the pages stay, and no process seems to hold them.
// stopped by: meter, cgroup
// request: {"limits": {"memory_bytes": 67108864}}
// expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
// expect as nobody: {"status": "ok", "stdout": "held 300 MiB\n"}
#include <cstdio>
#include <sys/mman.h>
#include <unistd.h>
int main() {
    const size_t all = 300u << 20, part = 1 << 20;
    char* p = (char*)mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return puts("refused"), 1;
    for (size_t at = 0; at < all; at += part) {
        for (size_t i = 0; i < part; i += 4096) p[at + i] = 7;
        madvise(p + at, part, MADV_DONTNEED);
    }
    usleep(50000);
    size_t held = 0;
    for (size_t at = 0; at < all; at += part) held += p[at] == 7;
    printf("held %zu MiB\n", held);
}
