// Mounts with the new calls, which old filters forget: a file system of its own, a copy of a part of the tree,
// other attributes for what is read-only, a list of all mounts.
// hole: CVE-2022-0185 (Linux): the heap overflow in fsconfig
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, const char* what, long result) {
    if (result < 0 && (errno == EPERM || errno == ENOSYS)) return;
    printf("%s %s: %ld errno %d\n", name, what, result, errno);
}
int main() {
    for (const char* type : {"tmpfs", "proc", "sysfs", "cgroup", "cgroup2", "overlay", "ext4", "devpts", "ramfs"}) {
        int context = syscall(SYS_fsopen, type, 0);
        refused("fsopen", type, context);
        refused("fsconfig", type, syscall(SYS_fsconfig, context, 1 /* a text */, "source", "x", 0));
        refused("fsconfig", type, syscall(SYS_fsconfig, context, 6 /* make it */, 0, 0, 0));
        refused("fsmount", type, syscall(SYS_fsmount, context, 0, 0));
    }
    unsigned long long attributes[4] = {0, 1 /* not read-only */, 0, 0};
    for (const char* path : {"/", "/usr", "/proc", "/proc/sys", "/proc/sys/kernel", "/work", "/tmp", "/dev/null", "/proc/kallsyms"}) {
        refused("fspick", path, syscall(SYS_fspick, AT_FDCWD, path, 0));
        // without flags it is no more than an O_PATH of anybody's; 1: a copy; 0x8000: with all below it
        for (unsigned flags : {0u, 1u, 0x8001u, 0x80001u}) refused("open_tree", path, syscall(SYS_open_tree, AT_FDCWD, path, flags));
        refused("move_mount", path, syscall(SYS_move_mount, AT_FDCWD, path, AT_FDCWD, "/tmp", 0));
        for (unsigned flags : {0u, 0x8000u}) refused("mount_setattr", path, syscall(SYS_mount_setattr, AT_FDCWD, path, flags, attributes, 32));
        refused("open_tree_attr", path, syscall(467, AT_FDCWD, path, 1, attributes, 32));
    }
    unsigned long long request[4] = {32, ~0ULL /* the root */, 0, 0}, buffer[256];
    refused("statmount", "", syscall(457, request, buffer, sizeof buffer, 0));
    refused("listmount", "", syscall(458, request, buffer, 256, 0));
    refused("listns", "", syscall(470, request, buffer, 256, 0));
    if (open("/usr/x", O_CREAT | O_WRONLY, 0600) >= 0) puts("wrote to /usr");
    puts("nothing");
}
