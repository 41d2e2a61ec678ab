// Makes calls by the numbers of 32-bit programs, which a filter for 64 bits reads in the wrong table: by the old
// interrupt, sockets included, and from a 32-bit program that it writes and executes. What works, leaves a folder.
// hole: DMOJ 077d3ede and 5dbacdaa: a 32-bit process passed the 64-bit filter; Firejail issue 87
// hole: isolate 2.6: 32-bit calls passed the filter that 2.4 had brought
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __x86_64__
static long call32(long number, long a, long b, long c) {
    long result;
    asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
    return (int)result;
}
template <class Try> static void in_a_child(const char* name, Try attempt) { // a container's filter ends it by SIGSYS
    fflush(stdout);
    int status = 0, child = fork();
    if (!child) _exit(attempt() >= 0 ? 1 : 0);
    waitpid(child, &status, 0);
    if (WIFEXITED(status) ? WEXITSTATUS(status) != 0 : WTERMSIG(status) != SIGSYS && WTERMSIG(status) != SIGSEGV) printf("%s: status %x\n", name, status);
}
int main() {
    auto low = (char*)mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    strcpy(low, "/tmp/made by 32 bits");
    auto arguments = (unsigned*)(low + 64); // of the call that all socket calls were once
    in_a_child("getpid", [] { return call32(20, 0, 0, 0); });
    in_a_child("mkdir", [&] { return call32(39, (long)low, 0700, 0); });
    in_a_child("unshare", [] { return call32(310, 0x10000000, 0, 0); });
    in_a_child("setns", [] { return call32(346, 0, 0, 0); });
    in_a_child("ptrace", [] { return call32(26, 0, 0, 0); });
    for (unsigned family : {1u, 16u, 17u, 38u, 40u})
        in_a_child("socketcall", [&] { arguments[0] = family, arguments[1] = 1, arguments[2] = 0; return call32(102, 1, (long)arguments, 0); });
    in_a_child("socket", [] { return call32(359, 40, 1, 0); });
    in_a_child("io_uring", [&] { return call32(425, 1, (long)low + 1024, 0); });
    in_a_child("getpid with high bits", [] { return call32(20 | 1L << 32, 0, 0, 0); });
    // An ELF file of 32 bits: mkdir("/tmp/made by 32 bits", 0700), exit(7)
    unsigned char program[128] = {0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 1, 0, 0, 0, 0x54, 0x80, 4, 8, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 32, 0, 1, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 4, 8, 0, 0x80, 4, 8, 128, 0, 0, 0, 128, 0, 0, 0, 5, 0, 0, 0, 0, 16, 0, 0,
        0xb8, 39, 0, 0, 0, 0xbb, 0x6b, 0x80, 4, 8, 0xb9, 0xc0, 1, 0, 0, 0xcd, 0x80, 0x6a, 7, 0x5b, 0x6a, 1, 0x58, /* the path */};
    memcpy(program + 0x6b, low, 21);
    program[0x6b + 20] = 0;
    int file = open("small", O_CREAT | O_WRONLY, 0700);
    write(file, program, sizeof program), close(file);
    int status = 0, child = fork();
    if (!child) execl("./small", "small", (char*)0), _exit(0); // a kernel without 32 bits does not know it
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status)) printf("a 32-bit program ended with %d\n", WEXITSTATUS(status));
    struct stat found;
    if (!stat(low, &found)) puts("made a folder by 32 bits");
    puts("nothing");
}
#else
int main() { puts("nothing"); }
#endif
