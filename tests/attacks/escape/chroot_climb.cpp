// The old way out of a root: keep a folder open, chroot below it, climb by `..`; then the same with pivot_root,
// and without either. What it looks for at the top is the canary of the host.
// stopped by: filter, outer root
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s: %ld errno %d\n", name, result, errno);
}
int main(int, char** arguments) {
    struct stat root, here;
    stat("/", &root);
    mkdir("below", 0700), mkdir("below/old", 0700);
    int top = open("/", O_RDONLY | O_DIRECTORY), work = open(".", O_PATH | O_DIRECTORY);
    for (const char* where : {"below", "/tmp", "/", ".", "/proc/self/root", "/proc/self/fd/3"}) refused("chroot", chroot(where));
    for (const char* where : {"below", "/tmp", "/", "."}) refused("pivot_root", syscall(SYS_pivot_root, where, "below/old"));
    refused("pivot_root onto itself", syscall(SYS_pivot_root, ".", "."));
    for (int from : {top, work, open("/proc/self/root", O_PATH), open("/proc/self/cwd", O_PATH), open("/usr/lib", O_PATH), open("/proc/sys", O_PATH), open("/dev/shm", O_PATH)}) {
        if (fchdir(from)) continue;
        for (int i = 0; i < 64; i++)
            if (chdir("..")) puts("cannot climb");
        stat(".", &here);
        if (here.st_ino != root.st_ino || here.st_dev != root.st_dev) puts("above the root");
        if (open(arguments[2] + 1, O_RDONLY) >= 0 || open(arguments[2], O_RDONLY) >= 0) puts("reached the host");
        if (!access("root", F_OK) || !access("home", F_OK) || !access("sys", F_OK)) puts("the host's folders");
    }
    puts("nothing");
}
