// Forty threads, each with 8 MiB of its stack in use.
// stopped by: meter, cgroup
// expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
#include <alloca.h>
#include <cstdio>
#include <pthread.h>
#include <unistd.h>
static void* use(void*) {
    volatile char* p = (char*)alloca(8 << 20);
    for (size_t at = 0; at < 8 << 20; at += 4096) p[at] = 7;
    sleep(60);
    return nullptr;
}
int main() {
    pthread_t t;
    for (int i = 0; i < 40; i++) pthread_create(&t, nullptr, use, nullptr);
    sleep(60);
    puts("done");
}
