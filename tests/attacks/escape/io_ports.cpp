// Asks for the processor's ports, by which a program drives hardware past the kernel, and uses them without
// asking; then for the machine's memory and ports as files.
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __x86_64__
static void refused(const char* name, long what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %lx: %ld errno %d\n", name, what, result, errno);
}
template <class Try> static void faults(const char* name, Try attempt) {
    fflush(stdout);
    int status = 0, child = fork();
    if (!child) attempt(), _exit(0);
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV) printf("%s: status %x\n", name, status);
}
int main() {
    for (long level : {0L, 1L, 2L, 3L}) refused("iopl", level, syscall(SYS_iopl, level));
    for (long port : {0x80L, 0x70L, 0xcf8L, 0x3f8L, 0L})
        for (long on : {1L, 0L}) refused("ioperm", port, syscall(SYS_ioperm, port, 1, on));
    faults("in", [] { unsigned char byte; asm volatile("inb $0x71, %0" : "=a"(byte)); });
    faults("out", [] { asm volatile("outb %%al, $0x80" ::"a"(0)); });
    faults("cli", [] { asm volatile("cli"); });
    faults("hlt", [] { asm volatile("hlt"); });
    faults("rdmsr", [] { unsigned low, high; asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0x1b)); });
    for (const char* path : {"/dev/port", "/dev/mem", "/dev/kmem", "/dev/cpu/0/msr", "/dev/nvram", "/proc/kcore", "/proc/bus/pci/devices"})
        if (open(path, O_RDWR) >= 0 || open(path, O_RDONLY) >= 0) printf("opened %s\n", path);
    puts("nothing");
}
#else
int main() { puts("nothing"); }
#endif
