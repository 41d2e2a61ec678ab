// Forty processes, each with an eighth of the limit.
// stopped by: meter, cgroup
// request: {"limits": {"memory_bytes": 67108864}}
// expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
#include <cstdio>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main() {
    for (int i = 0; i < 40; i++)
        if (!fork()) {
            volatile char* p = (char*)mmap(nullptr, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            for (size_t at = 0; at < 8 << 20; at += 4096) p[at] = 7;
            sleep(60);
        }
    while (wait(nullptr) > 0) {}
    puts("done");
}
