// Executes what is in no file that anybody could look at: memory files, removed files, nameless files, scripts
// and the loader by descriptor. It may execute what it wrote; but nothing else than it may be by that.
// hole: Docker's own profile lets programs make and execute memory files, which no file limit counts
// stopped by: filter, scratch, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
extern char** environ;
static int copy_to(int to) {
    char buffer[4096];
    int from = open("/proc/self/exe", O_RDONLY), n;
    while ((n = read(from, buffer, sizeof buffer)) > 0) write(to, buffer, n);
    close(from);
    return to;
}
int main(int count, char**) {
    if (count == 2) { // the copy: still walled in?
        if (geteuid() != 1000 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_SECCOMP) != 2 || getauxval(AT_SECURE)) puts("walls fell by exec");
        if (syscall(SYS_unshare, 0x10000000) >= 0 || errno != EPERM) puts("no filter after exec");
        return 0;
    }
    for (unsigned flags : {0u, 1u, 2u, 3u, 8u, 16u, 5u}) {
        int file = syscall(SYS_memfd_create, "x", flags);
        if (file >= 0 || errno != ENOSYS) printf("memfd_create %x: %d errno %d\n", flags, file, errno);
        file = syscall(447, flags);
        if (file >= 0 || errno != ENOSYS) printf("memfd_secret %x: %d errno %d\n", flags, file, errno);
    }
    char* arguments[] = {(char*)"copy", (char*)"again", 0};
    char path[64];
    for (const char* folder : {"/tmp", "/work", "/dev/shm", "/run/figures"})
        for (bool nameless : {true, false}) {
            snprintf(path, sizeof path, "%s/copy", folder);
            int file = nameless ? open(folder, O_TMPFILE | O_RDWR, 0700) : open(path, O_CREAT | O_RDWR, 0700);
            if (file < 0) continue;
            copy_to(file), fchmod(file, 06755);
            snprintf(path, sizeof path, "/proc/self/fd/%d", file);
            int readable = open(path, O_RDONLY);
            close(file);
            if (!nameless) snprintf(path, sizeof path, "%s/copy", folder), unlink(path);
            fflush(stdout);
            snprintf(path, sizeof path, "/proc/self/fd/%d", readable);
            for (int way = 0; way < 3; way++) {
                int child = fork();
                if (!child) {
                    if (way == 0) syscall(SYS_execveat, readable, "", arguments, environ, AT_EMPTY_PATH);
                    if (way == 1) execve(path, arguments, environ);
                    char* by_loader[] = {(char*)"ld.so", path, (char*)"again", 0};
                    execve("/lib64/ld-linux-x86-64.so.2", by_loader, environ);
                    _exit(0);
                }
                waitpid(child, 0, 0);
            }
            close(readable);
        }
    puts("nothing");
}
