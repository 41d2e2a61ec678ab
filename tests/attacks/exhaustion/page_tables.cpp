// Reads one byte of every second mebibyte of a large empty range: the pages are all the same zero page, but the tables
// that lead to them are memory.
// stopped by: meter, cgroup
// request: {"limits": {"memory_bytes": 67108864}}
// expect: {"status": "memory_limit", "limit": "memory_bytes", "stderr": ""}
#include <cstdio>
#include <sys/mman.h>
#include <unistd.h>
int main() {
    const size_t all = 100ull << 30;
    char* p = (char*)mmap(nullptr, all, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    volatile char sum = 0;
    for (size_t at = 0; at < all; at += 2 << 20) sum += p[at];
    usleep(300000);
    puts("200 MiB of tables");
}
