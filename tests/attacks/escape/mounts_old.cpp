// Mounts with the old calls what would lead out (disk, /proc, cgroups, overlay, its root once more), makes
// what is read-only writable, and takes the masks off /proc.
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>
static int mounts() {
    int lines = 0, c;
    FILE* file = fopen("/proc/self/mountinfo", "r");
    while (file && (c = getc(file)) != EOF) lines += c == '\n';
    if (file) fclose(file);
    return lines;
}
static void refused(const char* name, const char* what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %s: %ld errno %d\n", name, what, result, errno);
}
int main() {
    int before = mounts();
    struct { const char *from, *to, *type; unsigned long flags; const char* options; } all[] = {
        {"x", "/tmp", "tmpfs", 0, 0}, {"proc", "/tmp", "proc", 0, 0}, {"sysfs", "/tmp", "sysfs", 0, 0}, {"devpts", "/tmp", "devpts", 0, "newinstance"},
        {"cgroup", "/tmp", "cgroup", 0, "memory"}, {"cgroup2", "/tmp", "cgroup2", 0, 0}, {"x", "/tmp", "overlay", 0, "lowerdir=/usr,upperdir=/work,workdir=/tmp"},
        {"binfmt_misc", "/tmp", "binfmt_misc", 0, 0}, {"x", "/tmp", "fuse", 0, "fd=0,rootmode=40000,user_id=0,group_id=0"}, {"/dev/vda", "/tmp", "ext4", 0, 0},
        {"mqueue", "/tmp", "mqueue", 0, 0}, {"x", "/tmp", "debugfs", 0, 0}, {"x", "/tmp", "securityfs", 0, 0},
        {"/", "/tmp", 0, MS_BIND | MS_REC, 0}, {"/proc/1/root", "/tmp", 0, MS_BIND, 0}, {"/work", "/usr/bin", 0, MS_BIND, 0}, {"/proc/self/exe", "/usr/bin/g++", 0, MS_BIND, 0},
        {0, "/", 0, MS_REMOUNT | MS_BIND, 0}, {0, "/usr", 0, MS_REMOUNT | MS_BIND, 0}, {0, "/proc/sys", 0, MS_REMOUNT | MS_BIND, 0}, {0, "/tmp", 0, MS_REMOUNT, "size=1g"},
        {0, "/work", 0, MS_REMOUNT | MS_BIND, 0}, {0, "/", 0, MS_SHARED | MS_REC, 0}, {0, "/", 0, MS_SLAVE, 0}, {"/proc/sys", "/tmp", 0, MS_MOVE, 0}, {0, "/usr", 0, 0xc0ed0000 | MS_REMOUNT, 0}};
    for (auto& one : all) {
        refused("mount", one.type ? one.type : one.to, mount(one.from, one.to, one.type, one.flags, one.options));
        refused("mount with high bits", one.to, syscall(SYS_mount, one.from, one.to, one.type, one.flags | 1UL << 32, one.options));
    }
    for (const char* what : {"/tmp", "/work", "/proc/sys", "/proc/kallsyms", "/proc/keys", "/proc", "/usr", "/dev/null", "/", "."})
        for (int flags : {0, (int)MNT_DETACH, (int)MNT_FORCE, (int)MNT_EXPIRE, (int)UMOUNT_NOFOLLOW}) refused("umount", what, umount2(what, flags));
    if (mounts() != before || before < 10) printf("mounts: %d, before %d\n", mounts(), before);
    if (open("/usr/x", O_CREAT | O_WRONLY, 0600) >= 0) puts("wrote to /usr");
    puts("nothing");
}
