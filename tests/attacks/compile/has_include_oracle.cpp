// Asks the compiler which files and folders of the host there are; also what an earlier compiler left, and whether an
// environment variable of the host's has put a folder into the search path.
// hole: QingdaoU OnlineJudge 165 (2018): what one run had written to /tmp, the next included
// stopped by: outer root, scratch, compiler
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "compile": {"status": "ok", "stderr": ""}}
#include <cstdio>
#ifdef __has_embed
#define THERE(path) __has_include(path) || __has_embed(path)
#else
#define THERE(path) __has_include(path)
#endif
int main() {
    int found = 0;
#if THERE("/root/.bashrc") || THERE("/root/.profile") || THERE("/root/.ssh/authorized_keys") || THERE("/home/user/.bashrc")
    found++, puts("a home");
#endif
#if THERE("/var/run/docker.sock") || THERE("/run/docker.sock") || THERE("/run/systemd/notify") || THERE("/.dockerenv")
    found++, puts("a daemon");
#endif
#if THERE("/etc/shadow") || THERE("/etc/hostname") || THERE("/etc/machine-id") || THERE("/etc/resolv.conf") || THERE("/etc/fstab") || THERE("/etc/os-release")
    found++, puts("a host");
#endif
#if THERE("/sys/kernel/notes") || THERE("/boot/vmlinuz") || THERE("/vmlinuz") || THERE("/boot/grub/grub.cfg") || THERE("/var/log/dpkg.log")
    found++, puts("a kernel");
#endif
#if THERE("/work/main") || THERE("/work/main.o") || THERE("/tmp/left") || THERE("/var/tmp/left") || THERE("/dev/shm/left")
    found++, puts("an earlier run");
#endif
#if THERE(<main.cpp>) || THERE(<left.h>)
    found++, puts("a folder in the search path");
#endif
    if (!found) puts("nothing");
}
