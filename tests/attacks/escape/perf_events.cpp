// Opens the kernel's counters and tracers: of itself in software and hardware (allowed to all on many systems),
// of all processors, of the first process, of trace points and probes.
// hole: CVE-2013-2094 (Linux): perf_event_open gave root to any user
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    unsigned long long words[17]; // struct perf_event_attr
    for (unsigned kind = 0; kind < 10; kind++)
        for (unsigned config = 0; config < 3; config++)
            for (long pid : {0L, 1L, -1L, (long)getpid()})
                for (long cpu : {-1L, 0L}) {
                    memset(words, 0, sizeof words);
                    words[0] = kind | (unsigned long long)sizeof words << 32, words[1] = config;
                    words[5] = 1 | 1 << 5 | 1 << 6; // not started, neither kernel nor hypervisor
                    long result = syscall(SYS_perf_event_open, words, pid, cpu, -1, 0);
                    if (result >= 0 || errno != EPERM) printf("kind %u config %u pid %ld cpu %ld: %ld errno %d\n", kind, config, pid, cpu, result, errno);
                }
    for (const char* path : {"/sys/kernel/tracing/trace", "/sys/kernel/debug/tracing/trace", "/sys/bus/event_source", "/proc/sys/kernel/perf_event_paranoid"})
        if (open(path, O_RDWR) >= 0) printf("opened %s\n", path);
    puts("nothing");
}
