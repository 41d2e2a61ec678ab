// Brings code into the kernel: modules from memory and from files, another kernel to start, and modules that the
// kernel loads by itself for a file system, a protocol or an unknown format of executables.
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, const char* what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %s: %ld errno %d\n", name, what, result, errno);
}
int main() {
    char image[4096] = "\x7f"
                       "ELF";
    int file = open("module.ko", O_CREAT | O_RDWR, 0700);
    write(file, image, sizeof image);
    for (long size : {0L, 64L, 4096L, 1L << 40}) refused("init_module", "", syscall(SYS_init_module, image, size, ""));
    for (long flags : {0L, 1L, 2L, 3L, 4L, 1L << 32}) refused("finit_module", "", syscall(SYS_finit_module, file, "", flags));
    for (const char* name : {"nf_tables", "overlay", "none"})
        for (int flags : {(int)O_NONBLOCK, (int)(O_NONBLOCK | O_TRUNC)}) refused("delete_module", name, syscall(SYS_delete_module, name, flags));
    for (long flags : {0L, 1L, 2L, 62L << 16}) {
        refused("kexec_load", "", syscall(SYS_kexec_load, 0, 0, 0, flags));
        refused("kexec_file_load", "", syscall(SYS_kexec_file_load, file, -1, 1, "", flags | 4));
    }
    refused("fsopen", "", syscall(SYS_fsopen, "xfs", 0));
    for (const char* kind : {"xfs", "nfs", "ntfs3", "fs-overlay"}) refused("mount", kind, mount("none", "/tmp", kind, 0, 0));
    for (int family : {9, 21, 30, 33, 41, 43}) refused("socket", "of a module", socket(family, SOCK_SEQPACKET, 0));
    for (const char* path : {"/proc/modules", "/proc/kallsyms", "/lib/modules", "/sys/module"}) {
        int fd = open(path, O_RDONLY);
        if (fd >= 0 && read(fd, image, 1) > 0) printf("read %s\n", path);
    }
    puts("nothing");
}
