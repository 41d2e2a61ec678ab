// Goes through all that prctl and its kin set: its memory map (what /proc shows as its name and file), bits of
// security, who may trace it, capabilities, speculation, the core scheduler's cookies of the first process.
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, long what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %ld: %ld errno %d\n", name, what, result, errno);
}
int main() {
    long map[14] = {0};
    for (long what = 1; what < 16; what++) refused("memory map", what, prctl(PR_SET_MM, what, what == 14 ? (long)map : 0x10000L, sizeof map, 0));
    for (long bits : {0L, 1L, 2L, 4L, 16L, 64L, 255L}) refused("security bits", bits, prctl(PR_SET_SECUREBITS, bits, 0, 0, 0));
    for (long who : {-1L, 1L, 0L, (long)getpid()}) refused("tracer", who, prctl(0x59616d61, who, 0, 0, 0));
    for (long what : {0L, 1L, 2L, 3L})
        for (long pid : {0L, 1L}) refused("core scheduling", what, prctl(62, what, pid, 1, map));
    struct { const char* name; long option, a, b; } others[] = {
        {"keep capabilities", PR_SET_KEEPCAPS, 1, 0}, {"drop from the bounding set", PR_CAPBSET_DROP, 0, 0}, {"speculation", PR_SET_SPECULATION_CTRL, 0, 2},
        {"speculation", PR_GET_SPECULATION_CTRL, 0, 0}, {"machine check", PR_MCE_KILL, 1, 0}, {"flusher", 57, 1, 0}, {"clock reading", PR_SET_TSC, 2, 0}, {"unaligned", PR_SET_UNALIGN, 1, 0},
        {"turn counters off", PR_TASK_PERF_EVENTS_DISABLE, 0, 0}, {"and on", PR_TASK_PERF_EVENTS_ENABLE, 0, 0}, {"calls to user code", 59, 1, 0}, {"merging of pages", 67, 1, 0},
        {"shadow stack", 74, 0, 0}, {"write and execute", 65, 1, 0}, {"auxiliary vector", 0x41555856, (long)map, sizeof map}, {"unknown", 9999, 0, 0}};
    for (auto& o : others) refused(o.name, o.option, prctl(o.option, o.a, o.b, 0, 0)), refused(o.name, o.option, syscall(SYS_prctl, o.option | 1L << 32, o.a, o.b, 0, 0));
    // What is allowed must not help: new privileges stay forbidden, capabilities stay none.
    if (prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) puts("new privileges");
    for (long capability = 0; capability < 41; capability++) {
        if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1) printf("capability %ld is within bounds\n", capability);
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) == 1) printf("capability %ld is ambient\n", capability);
    }
    if (prctl(PR_SET_DUMPABLE, 2, 0, 0, 0) == 0) puts("dumps as root");
    puts("nothing");
}
