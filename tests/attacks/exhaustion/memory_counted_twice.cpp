// Turns measuring against a program that keeps within its limit: while a child runs in its parent's memory (vfork, as
// libraries do to start programs), there is one memory and not two.
// stopped by: meter
// request: {"limits": {"memory_bytes": 67108864}}
// expect: {"status": "ok", "limit": null, "exit_code": 0, "stdout": "40 MiB\n", "stderr": "", "usage": {"peak_memory_bytes": {"most": 60000000}}}
#include <cstdio>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main() {
    const size_t all = 40u << 20;
    volatile char* p = (char*)mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t at = 0; at < all; at += 4096) p[at] = 7;
    for (int i = 0; i < 3; i++) {
        int pid = vfork();
        if (!pid) usleep(40000), _exit(0);
        waitpid(pid, nullptr, 0);
    }
    puts("40 MiB");
}
