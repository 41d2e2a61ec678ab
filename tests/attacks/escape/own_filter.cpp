// Lays a filter of its own over the sandbox's: one that lets all by, one with a listener (by which a process
// answers another's calls), one for all threads; asks what the filter is, and to be let into the strict mode.
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, long what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %lx: %ld errno %d\n", name, what, result, errno);
}
int main() {
    struct { unsigned short code; unsigned char yes, no; unsigned value; } all = {6, 0, 0, 0x7fff0000}; // allow
    struct { unsigned short length; void* program; } filter = {1, &all};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (unsigned verdict : {0x7fff0000u /* allow */, 0x7fc00000u /* tell a listener */, 0x7ff00000u /* a tracer */, 0x00050000u /* 0 for all */}) {
        all.value = verdict;
        for (long flags : {0L, 1L /* all threads */, 4L /* speculate */, 8L /* a listener */, 16L, 0x28L})
            refused("filter", flags, syscall(SYS_seccomp, 1, flags, &filter));
        refused("filter by prctl", verdict, prctl(PR_SET_SECCOMP, 2, &filter, 0, 0));
        refused("filter by prctl with high bits", verdict, syscall(SYS_prctl, PR_SET_SECCOMP | 1L << 32, 2, &filter, 0, 0));
    }
    refused("strict mode", 0, prctl(PR_SET_SECCOMP, 1, 0, 0, 0));
    refused("strict mode", 0, syscall(SYS_seccomp, 0, 0, 0));
    char sizes[8];
    unsigned action = 0x7fc00000;
    refused("sizes", 0, syscall(SYS_seccomp, 3, 0, sizes));
    refused("action", 0, syscall(SYS_seccomp, 2, 0, &action));
    if (prctl(PR_GET_SECCOMP) != 2) puts("no filter at all");
    puts("nothing");
}
