// Pushes input into the terminal of whoever started it, on every descriptor, plainly and with high bits that a
// comparison of 64 bits overlooks; opens terminals, and makes pairs of them.
// hole: CVE-2016-9016 (Firejail), CVE-2017-5226 (bubblewrap): TIOCSTI; CVE-2023-28100 (Flatpak): TIOCLINUX; CVE-2019-10063 (Flatpak): high bits
// stopped by: filter, descriptors
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    char key = '\n', paste[2] = {3, 0};
    int line = 1, group = 1, pair;
    struct winsize size = {1, 1, 0, 0};
    struct { const char* name; unsigned long call; void* argument; } calls[] = {
        {"TIOCSTI", TIOCSTI, &key}, {"TIOCLINUX", TIOCLINUX, paste}, {"TIOCSCTTY", TIOCSCTTY, 0}, {"TIOCNOTTY", TIOCNOTTY, 0}, {"TIOCCONS", TIOCCONS, 0}, {"TIOCSETD", TIOCSETD, &line},
        {"TIOCGPTPEER", 0x5441, &pair}, {"TIOCVHANGUP", 0x5437, 0}, {"TIOCPKT", TIOCPKT, &line},
        {"VT_ACTIVATE", 0x5606, (void*)1}, {"KDSETMODE", 0x4b3a, (void*)1}, {"KDSKBSENT", 0x4b49, paste}, {"FIOASYNC", FIOASYNC, &line}, {"SIOCSPGRP", 0x8902, &group}};
    for (auto& c : calls)
        for (long fd : {0, 1, 2, 3})
            for (unsigned long high : {0UL, 1UL << 32, 0xffffffffUL << 32, 1UL << 63}) {
                long result = syscall(SYS_ioctl, fd, high | c.call, c.argument);
                if (result >= 0 || errno != EPERM) printf("%s on %ld with %lx: %ld errno %d\n", c.name, fd, high, result, errno);
            }
    // The filter lets these pass, for runs that have a terminal; here there is none.
    for (unsigned long call : {TIOCSPGRP, TIOCSWINSZ, TIOCGSID, TIOCGPGRP})
        for (long fd : {0, 1, 2, 3})
            for (unsigned long high : {0UL, 1UL << 32, 0xffffffffUL << 32, 1UL << 63})
                if (syscall(SYS_ioctl, fd, high | call, &size) >= 0) printf("%lx on %ld with %lx\n", call, fd, high);
    for (const char* path : {"/dev/tty", "/dev/ptmx", "/dev/pts/ptmx", "/dev/pts/0", "/dev/console", "/dev/tty0", "/dev/tty1", "/dev/vcs", "/dev/ttyS0", "/dev/hvc0"})
        if (open(path, O_RDWR | O_NONBLOCK) >= 0) printf("opened %s\n", path);
    if (posix_openpt(O_RDWR) >= 0) puts("a pair of terminals");
    for (int fd : {0, 1, 2})
        if (isatty(fd)) printf("%d is a terminal\n", fd);
    if (syscall(SYS_vhangup) >= 0 || errno != EPERM) puts("hung up");
    puts("nothing");
}
