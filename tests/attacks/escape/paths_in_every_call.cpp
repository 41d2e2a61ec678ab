// Names files of the host to every call that takes a path, old and new, and gives paths that cannot be
// read, have no end, or end at the border of a page. Who checks paths must read them right, for every call.
// hole: DMOJ 3ad9e31d (2020): a path that could not be read was checked as garbage, and refused by accident only
// hole: DMOJ a0dcd7b8 (2016): `open` was checked, `openat` and `faccessat` were not
// hole: DMOJ bb31e7a2 (2019): files could be opened for writing
// stopped by: outer root, namespaces
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static bool found;
static void refused(const char* what, const char* path, long result, std::initializer_list<int> reasons) {
    int error = errno;
    for (int reason : reasons)
        if (result < 0 && error == reason) return;
    found = true;
    printf("%s %.40s: %ld %s\n", what, path, result, strerror(error));
}
static void every_call(const char* path, const char* name, std::initializer_list<int> reasons, bool creating = true) {
    char buffer[4096];
    open_how how = {O_RDONLY, 0, 0};
    refused("open", name, syscall(SYS_openat, AT_FDCWD, path, O_RDONLY), reasons);
    refused("open for writing", name, syscall(SYS_openat, AT_FDCWD, path, creating ? O_RDWR | O_CREAT : O_RDWR, 0600), reasons);
    refused("openat2", name, syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how), reasons);
    refused("stat", name, syscall(SYS_newfstatat, AT_FDCWD, path, buffer, 0), reasons);
    refused("statx", name, syscall(SYS_statx, AT_FDCWD, path, 0, 0x7ff, buffer), reasons);
    refused("statfs", name, syscall(SYS_statfs, path, buffer), reasons);
    refused("faccessat", name, syscall(SYS_faccessat, AT_FDCWD, path, F_OK), reasons);
    refused("faccessat2", name, syscall(SYS_faccessat2, AT_FDCWD, path, F_OK, 0), reasons);
    refused("readlink", name, syscall(SYS_readlinkat, AT_FDCWD, path, buffer, sizeof buffer), reasons);
    refused("truncate", name, syscall(SYS_truncate, path, 0), reasons);
    refused("unlink", name, syscall(SYS_unlinkat, AT_FDCWD, path, 0), reasons);
    refused("link", name, syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, "/tmp/linked", 0), reasons);
    refused("rename", name, syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, "/tmp/renamed", 0), reasons);
    refused("chmod", name, syscall(SYS_fchmodat, AT_FDCWD, path, 0777), reasons);
    refused("chdir", name, syscall(SYS_chdir, path), reasons);
    refused("getxattr", name, syscall(SYS_getxattr, path, "user.x", buffer, sizeof buffer), reasons);
    refused("execve", name, syscall(SYS_execve, path, nullptr, nullptr), reasons);
#ifdef SYS_open
    refused("old open", name, syscall(SYS_open, path, O_RDONLY), reasons);
    if (creating) refused("creat", name, syscall(SYS_creat, path, 0600), reasons);
    refused("old stat", name, syscall(SYS_stat, path, buffer), reasons);
    refused("access", name, syscall(SYS_access, path, F_OK), reasons);
#endif
}
int main(int, char** args) {
    const char* const secrets[] = {"/etc/shadow", "/root/.ssh/id_rsa", "/var/run/docker.sock", "/usr/../etc/./shadow", "/proc/self/root/etc/shadow", "/proc/1/root/etc/shadow"};
    for (const char* path : secrets) every_call(path, path, {ENOENT, EACCES, EPERM, EROFS, EXDEV});
    every_call(args[2], "the canary", {ENOENT, EACCES, EPERM, EROFS, EXDEV}, false);  // its folder may be one of our own
    char* pages = (char*)mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(pages + 4096, 4096);
    memcpy(pages + 4096 - 11, "/etc/passwd", 11);  // its end would be on the next page
    every_call(pages + 4096 - 11, "without an end", {EFAULT});
    every_call(nullptr, "null", {EFAULT});
    every_call((char*)0xdeadbeef000, "nowhere", {EFAULT});
    every_call((char*)0xffffffff81000000, "in the kernel", {EFAULT});
    static char too_long[8192];
    memset(too_long, '/', sizeof too_long - 1);
    every_call(too_long, "too long", {ENAMETOOLONG});
    if (!found) puts("nothing");
}
