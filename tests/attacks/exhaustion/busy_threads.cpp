// Loops in four threads: their time is one sum.
// stopped by: meter
// request: {"limits": {"cpu_ms": 200}}
// expect: {"status": "time_limit", "limit": "cpu_ms", "exit_code": null, "signal": null, "stdout": "", "usage": {"cpu_ms": {"most": 700}}}
#include <pthread.h>
static void* loop(void*) {
    for (volatile unsigned i = 0;; i++) {}
}
int main() {
    pthread_t t;
    for (int i = 0; i < 3; i++) pthread_create(&t, nullptr, loop, nullptr);
    loop(nullptr);
}
