// Ends its first thread with 0, which leaves a process without a leader that looks ended; later another
// thread ends them all with 43.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "on\n", "stderr": ""}
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>
static void* last(void*) {
    usleep(50000);
    write(1, "on\n", 3);
    _exit(43);
}
int main() {
    pthread_t thread;
    pthread_create(&thread, nullptr, last, nullptr);
    syscall(SYS_exit, 0);
}
