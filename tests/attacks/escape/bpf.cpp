// Loads programs into the kernel: a filter for its own socket, which an ordinary user may on many systems, maps,
// type information, pinned objects, a token, and the same by way of socket options.
// hole: CVE-2020-8835, CVE-2021-3490, CVE-2022-23222 (Linux): faults of the verifier gave all of the kernel's memory
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, long what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %ld: %ld errno %d\n", name, what, result, errno);
}
int main() {
    struct { unsigned char code, registers; short offset; int value; } program[2] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}}; // r0 = 0; exit
    union { unsigned long long words[18]; unsigned halves[36]; } a;
    for (int kind = 1; kind < 32; kind++) {
        memset(&a, 0, sizeof a);
        a.halves[0] = kind, a.halves[1] = 2, a.words[1] = (unsigned long long)program, a.words[2] = (unsigned long long) "GPL";
        refused("load a program", kind, syscall(SYS_bpf, 5, &a, sizeof a));
        refused("load with high bits", kind, syscall(SYS_bpf, 5 | 1L << 32, &a, sizeof a));
    }
    for (int kind = 1; kind < 16; kind++) {
        memset(&a, 0, sizeof a);
        a.halves[0] = kind, a.halves[1] = 4, a.halves[2] = 8, a.halves[3] = 1;
        refused("make a map", kind, syscall(SYS_bpf, 0, &a, sizeof a));
    }
    for (int command = 0; command < 40; command++) {
        memset(&a, 0, sizeof a);
        refused("command", command, syscall(SYS_bpf, command, &a, sizeof a));
    }
    int s = socket(AF_UNIX, SOCK_DGRAM, 0), fd = 0;
    for (int option : {50 /* SO_ATTACH_BPF */, 52 /* for SO_REUSEPORT */})
        if (setsockopt(s, SOL_SOCKET, option, &fd, sizeof fd) == 0) printf("attached by option %d\n", option);
    puts("nothing");
}
