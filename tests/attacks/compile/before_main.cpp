// Runs code at every moment before main: when the loader resolves a function, before its libraries begin, as a
// constructor. All walls must stand by then.
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
static int found = 0, moments = 0;
static long call(long number, long a, long b, long c) {
    long result;
#ifdef __x86_64__
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
#else
    register long x8 asm("x8") = number, x0 asm("x0") = a, x1 asm("x1") = b, x2 asm("x2") = c;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    result = x0;
#endif
    return result;
}
static void look() {
    moments++;
    if (call(SYS_unshare, CLONE_NEWUSER, 0, 0) != -EPERM) found++;
    if (call(SYS_io_uring_setup, 1, 0, 0) != -ENOSYS) found++;
    if (call(SYS_geteuid, 0, 0, 0) != 1000) found++;
    if (call(SYS_openat, AT_FDCWD, (long)"/etc/shadow", O_RDONLY) >= 0) found++;
}
extern "C" int chosen() { return 0; }
extern "C" int (*choose())() { look(); return chosen; }
int resolved() __attribute__((ifunc("choose")));
__attribute__((section(".preinit_array"), used)) static void (*first)() = look;
__attribute__((constructor(101))) static void early() { look(); }
int main() {
    resolved();
    if (found || moments != 3) printf("%d of %d\n", found, moments);
    else puts("nothing");
}
