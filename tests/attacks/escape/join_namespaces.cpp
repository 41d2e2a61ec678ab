// Joins or climbs to other namespaces: setns by every file of /proc/*/ns and by descriptors of processes, the
// calls on such files that name the parent and the owner, and the first process's root and folder.
// stopped by: filter, identities
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, const char* what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %s: %ld errno %d\n", name, what, result, errno);
}
int main() {
    int seen = 0;
    char path[64];
    for (const char* who : {"self", "thread-self", "1", "2", "3"})
        for (const char* kind : {"user", "mnt", "pid", "pid_for_children", "net", "ipc", "uts", "cgroup", "time", "time_for_children"}) {
            snprintf(path, sizeof path, "/proc/%s/ns/%s", who, kind);
            int file = open(path, O_RDONLY);
            if (file < 0) continue;
            if (*who == '1') printf("opened %s\n", path);
            seen++;
            refused("setns", path, syscall(SYS_setns, file, 0));
            for (unsigned long call : {0xb701 /* its owner */, 0xb702 /* its parent */, 0xb703 /* its kind */, 0xb704, 0xb705, 0xb706, 0xb708}) {
                unsigned uid = 0;
                refused("ioctl", path, ioctl(file, call, &uid));
                refused("ioctl with high bits", path, syscall(SYS_ioctl, file, call | 1UL << 32, &uid));
            }
            close(file);
        }
    if (seen < 5) puts("saw too few namespaces to try");
    for (int pid : {1, (int)getpid()}) {
        int process = syscall(SYS_pidfd_open, pid, 0);
        if (process < 0) { puts("no descriptor of a process to try"); continue; }
        for (long flag : {0x20000L, 0x10000000L, 0x20000000L, 0x40000000L, 0x7e020000L}) refused("setns", "process", syscall(SYS_setns, process, flag));
        for (unsigned long call = 0xff01; call <= 0xff0b; call++) refused("ioctl", "process", ioctl(process, call, 0));
    }
    for (const char* door : {"/proc/1/root", "/proc/1/cwd", "/proc/1/root/etc", "/proc/1/task/1/root", "/proc/1/cwd/.."})
        if (!chdir(door)) printf("went through %s\n", door);
    puts("nothing");
}
