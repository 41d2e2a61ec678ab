// Makes calls through the page that old programs call (vsyscall), which the kernel answers by itself, past what
// looks at ordinary calls; jumps into its middle; maps over it, and reads it.
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __x86_64__
template <class Try> static int in_a_child(Try attempt) {
    fflush(stdout);
    int status = 0, child = fork();
    if (!child) _exit(attempt());
    waitpid(child, &status, 0);
    return status;
}
int main() {
    const long page = 0xffffffffff600000L;
    for (long entry : {0L, 0x400L, 0x800L}) { // time of day, time, processor: those that are on the list, and no other
        int status = in_a_child([=] {
            timeval now;
            unsigned cpu;
            return ((long (*)(void*, void*))(page + entry))(entry == 0x400 ? 0 : (void*)&now, entry == 0x800 ? (void*)&cpu : 0) < 0 ? 1 : 0;
        });
        if (status && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)) printf("entry %lx: %x\n", entry, status); // SEGV: a kernel without it
    }
    for (long entry : {1L, 7L, 9L, 0x401L, 0x409L, 0xc00L, 0xfffL, 0x1000L}) {
        int status = in_a_child([=] { ((void (*)())(page + entry))(); return 0; });
        if (!(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)) printf("middle %lx: %x\n", entry, status);
    }
    int status = in_a_child([=] { // another call's number in the register, which the page must not take
        long result;
        asm volatile("call *%1" : "=a"(result) : "r"(page + 0x400), "a"(SYS_unshare), "D"(0L) : "rcx", "r11", "memory");
        return result < 1000000 ? 1 : 0;
    });
    if (status && !WIFSIGNALED(status)) printf("took another number: %x\n", status);
    if (mmap((void*)page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) puts("mapped over it");
    if (!mprotect((void*)page, 4096, PROT_READ | PROT_WRITE)) puts("made it writable");
    puts("nothing");
}
#else
int main() { puts("nothing"); }
#endif
