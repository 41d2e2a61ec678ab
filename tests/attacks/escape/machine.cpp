// Turns the machine itself: restart (in the form that only sets a key), swap, process accounting, quotas, names,
// the log, the terminals of all. Each with arguments that would work, or do no harm, where it is allowed.
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
static void refused(const char* name, long what, long result) {
    if (result < 0 && (errno == EPERM || errno == ENOSYS)) return;
    printf("%s %ld: %ld errno %d\n", name, what, result, errno);
}
int main() {
    char buffer[4096];
    int file = open("swap", O_CREAT | O_RDWR, 0600);
    ftruncate(file, 1 << 20);
    for (long magic : {672274793L, 85072278L, 369367448L, 537993216L}) refused("reboot", magic, syscall(SYS_reboot, 0xfee1deadL, magic, 0 /* the three keys do nothing */, 0));
    refused("swapon", 0, syscall(SYS_swapon, "swap", 0)), refused("swapoff", 0, syscall(SYS_swapoff, "swap"));
    refused("acct", 0, syscall(SYS_acct, 0)), refused("acct", 1, syscall(SYS_acct, "none"));
    for (long what : {0x800001L /* sync */, 0x800004L, 0x800005L, 0x800007L, 0x800008L}) {
        refused("quotactl", what, syscall(SYS_quotactl, what << 8, "/dev/vda", 1000, buffer));
        refused("quotactl_fd", what, syscall(443, file, what << 8, 1000, buffer));
    }
    utsname name;
    uname(&name);
    if (strcmp(name.nodename, "sandbox")) printf("the host's name is %s\n", name.nodename);
    refused("sethostname", 0, syscall(SYS_sethostname, "sandbox", 7)), refused("setdomainname", 0, syscall(SYS_setdomainname, "x", 1));
    for (long what : {2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L}) // read, read and clear, the console's level, sizes
        refused("syslog", what, syscall(SYS_syslog, what, buffer, what == 8 ? 7 : (long)sizeof buffer));
    refused("vhangup", 0, syscall(SYS_vhangup));
    refused("fanotify_init", 0, syscall(SYS_fanotify_init, 0, 0)), refused("fanotify_init", 1, syscall(SYS_fanotify_init, 0x200 /* for all users */, 0));
    refused("fanotify_mark", 0, syscall(SYS_fanotify_mark, 0, 1 | 0x10, 0x20, AT_FDCWD, "/"));
    for (long group : {1L, 2L, 3L}) refused("ioprio_set", group, syscall(SYS_ioprio_set, group, 0, 1 << 13));
    refused("migrate_pages", 0, syscall(SYS_migrate_pages, 1, 64, buffer, buffer)), refused("move_pages", 0, syscall(SYS_move_pages, 1, 0, 0, 0, 0, 0));
    refused("set_mempolicy", 0, syscall(SYS_set_mempolicy, 0, 0, 0)), refused("mbind", 0, syscall(SYS_mbind, 0, 0, 0, 0, 0, 0));
    refused("memfd_secret", 0, syscall(447, 0)), refused("landlock", 0, syscall(444, 0, 0, 1)), refused("pkeys of others", 0, syscall(448, -1, 0));
    for (const char* path : {"/dev/kmsg", "/proc/kmsg", "/dev/log", "/proc/sysrq-trigger"})
        if (read(open(path, O_RDONLY | O_NONBLOCK), buffer, 1) > 0) printf("read %s\n", path);
    puts("nothing");
}
