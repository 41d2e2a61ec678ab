// Device calls on what it has: freezing and trimming file systems, flags and versions of files, copies that share
// blocks, loops, the kernel's disks, network interfaces, each on files, folders, devices, pipes and sockets.
// hole: CVE-2019-7303 (snapd), CVE-2019-10063 (Flatpak): the number was compared in 64 bits, the kernel takes 32
// stopped by: filter, outer root
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int pair[2], ends[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair), pipe(ends);
    int files[] = {0, open("/", O_RDONLY), open("/usr/bin", O_RDONLY), open("/etc/passwd", O_RDONLY), open("file", O_CREAT | O_RDWR, 0600), open("/dev/null", O_RDWR), open("/dev/zero", O_RDWR), open("/dev/urandom", O_RDWR), open("/proc/self/maps", O_RDONLY), open("/proc/self/ns/net", O_RDONLY), socket(AF_INET, SOCK_DGRAM, 0), pair[0], ends[0]};
    const unsigned calls[] = {0xc0045877 /* freeze */, 0xc0045878, 0xc0185879 /* trim */, 0x80086601 /* flags */, 0x40086602, 0x80087601 /* version */, 0x40087602, 0x40049409 /* clone */, 0x4020940d, 0xc0189436 /* the same blocks */, 0xc020660b /* where on the disk */,
        1 /* block of a file */, 2, 0x801c581f, 0x401c5820, 0x8004587d, 0x4c00 /* loop */, 0x4c82, 0x1260, 0x125d /* disk */, 0x127f, 0x2285 /* SCSI */, 0x5201 /* random */, 0x40085203, 0x5204, 0x5207, 0xc0606610 /* keys */, 0x6611, 0x800c6613, 0xc0c0583b,
        0x8910 /* interfaces */, 0x8913, 0x8914, 0x8915, 0x8916, 0x8919, 0x8922, 0x8923, 0x8927, 0x8933, 0x8946, 0x890b /* routes */, 0x8953 /* ARP */, 0x89a0 /* bridges */, 0x89f0, 0x8982, 0x400454ca /* tun */, 0x894c, 0x8b01, 0x8906, 0x8907,
        0xae00 /* KVM */, 0x80108907, 0xb701, 0xc0109207, 0, 0x5452, 0x541d, 0xffffffff, 0x80047213, 0xc0606611 /* what a page map holds */, 0xc0686611, 0xc0786611};
    char argument[4096] = "lo";
    for (int file : files)
        for (unsigned call : calls)
            for (unsigned long high : {0UL, 1UL << 32, 0x5401UL << 32}) {
                long result = syscall(SYS_ioctl, file, high | call, argument);
                if (result >= 0 || errno != EPERM) printf("ioctl %lx on %d: %ld errno %d\n", high | call, file, result, errno);
            }
    puts("nothing");
}
