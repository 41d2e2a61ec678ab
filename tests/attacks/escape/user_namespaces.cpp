// Makes namespaces in which it would be root, the first step of most ways through the kernel: by each of the
// three calls, alone and together, with the flags in memory and beside bits that a careless filter compares.
// hole: CVE-2022-0185, CVE-2023-0386, CVE-2024-1086 (Linux): kernel bugs that begin with a user namespace
// stopped by: filter, no user namespaces
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static void refused(const char* name, long flag, long result, int answer) {
    if (result < 0 && errno == answer) return;
    printf("%s %lx: %ld errno %d\n", name, flag, result, errno);
}
int main() {
    const long kinds[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP, 0x80 /* time */};
    for (long kind : kinds)
        for (long with : {0L, (long)CLONE_NEWUSER, (long)CLONE_FS, 1L << 40}) {
            long flag = kind | with;
            refused("unshare", flag, syscall(SYS_unshare, flag), EPERM);
            if (kind != 0x80) { // in clone these are the bits of the signal
                long pid = syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);
                if (!pid) _exit(0);
                refused("clone", flag, pid, EPERM);
            }
            unsigned long long arguments[11] = {(unsigned long long)(flag & 0xffffffff), 0, 0, 0, SIGCHLD};
            for (long size : {64, 80, 88}) {
                long pid = syscall(SYS_clone3, arguments, size);
                if (!pid) _exit(0);
                refused("clone3", flag, pid, ENOSYS);
            }
        }
    int child = fork(); // a child has the same filter
    if (!child) _exit(unshare(CLONE_NEWUSER) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
    int status = 0;
    waitpid(child, &status, 0);
    if (status) printf("child %x\n", status);
    char most[8] = "?";
    int file = open("/proc/sys/user/max_user_namespaces", O_RDONLY); // what would answer if the filter did not
    if (file < 0 || read(file, most, 7) < 1 || atoi(most) != 0 || *most != '0') printf("user namespaces: %s\n", most);
    if (open("/proc/sys/user/max_user_namespaces", O_WRONLY) >= 0) puts("could allow itself more");
    for (const char* map : {"/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/projid_map"})
        if (write(open(map, O_WRONLY), "0 0 1", 5) > 0) printf("wrote %s\n", map);
    puts("nothing");
}
