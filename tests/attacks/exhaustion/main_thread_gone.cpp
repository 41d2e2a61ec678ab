// Ends its first thread and goes on in another: the process looks dead, and its memory is not shown under its number.
// stopped by: meter, cgroup
// request: {"limits": {"memory_bytes": 67108864}}
// expect: {"status": "memory_limit", "limit": "memory_bytes", "exit_code": null, "stdout": "", "stderr": ""}
#include <cstdio>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
static void* rest(void*) {
    usleep(20000);
    const size_t all = 300u << 20;
    char* p = (char*)mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t at = 0; at < all; at += 4096) p[at] = 7;
    usleep(100000);
    puts("held 300 MiB"), fflush(stdout);
    _exit(0);
}
int main() {
    pthread_t t;
    pthread_create(&t, nullptr, rest, nullptr);
    pthread_exit(nullptr);
}
