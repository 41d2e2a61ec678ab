// Knocks at the kernel's doors that lead out of sandboxes; the other files here go through them one by one. Each must be refused with EPERM, ENOSYS or
// EACCES (or, for families of sockets, EAFNOSUPPORT), and the program must live to tell. Only calls by
// another ABI may be its end: a container's own filter knows no milder answer to them.
// stopped by: filter, no privileges, outer root, no user namespaces
// expect: {"status": "ok", "stdout": "done\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static void knock(const char* name, long result) {
    bool refused = result < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES || errno == EAFNOSUPPORT || errno == ESOCKTNOSUPPORT || errno == EPROTONOSUPPORT);
    if (!refused) printf("%s: %ld %s\n", name, result, strerror(errno));
}
template <class Call> static void knock_in_a_child(const char* name, Call call) {
    fflush(stdout);
    int pid = fork(), status = 0;
    if (!pid) _exit(call() > 0 ? 1 : 0);
    waitpid(pid, &status, 0);
    bool refused = WIFEXITED(status) && WEXITSTATUS(status) == 0, killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    if (pid < 0 || (!refused && !killed)) printf("%s: status %x\n", name, status);
}
int main() {
    char buffer[256] = {0};
    for (long flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
        knock("unshare", syscall(SYS_unshare, flag));
        long pid = syscall(SYS_clone, flag | 17, 0, 0, 0, 0);
        if (!pid) _exit(0);
        knock("clone", pid);
    }
    knock("setns", syscall(SYS_setns, open("/proc/self/ns/mnt", O_RDONLY), 0));
    knock("mount", mount("x", "/tmp", "tmpfs", 0, 0));
    knock("umount", umount2("/tmp", MNT_DETACH));
    knock("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
    knock("open_tree", syscall(SYS_open_tree, -100, "/", 1));
    knock("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
    knock("chroot", chroot("/tmp"));
    knock("ptrace", ptrace(PTRACE_ATTACH, 1, 0, 0));
    knock("process_vm_readv", syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0));
    knock("keyctl", syscall(SYS_keyctl, 0, -3, 1));
    knock("add_key", syscall(SYS_add_key, "user", "k", "v", 1, -3));
    knock("bpf", syscall(SYS_bpf, 0, buffer, 64));
    knock("io_uring_setup", syscall(SYS_io_uring_setup, 8, buffer));
    knock("perf_event_open", syscall(SYS_perf_event_open, buffer, 0, -1, -1, 0));
    knock("userfaultfd", syscall(SYS_userfaultfd, 0));
    knock("open_by_handle_at", syscall(SYS_open_by_handle_at, -100, buffer, 0));
    knock("fanotify_init", syscall(SYS_fanotify_init, 0, 0));
    knock("kexec_load", syscall(SYS_kexec_load, 0, 0, 0, 0));
    knock("init_module", syscall(SYS_init_module, buffer, 1, ""));
    knock("reboot", syscall(SYS_reboot, 0, 0, 0, 0));
    knock("mknod", mknod("/tmp/disk", S_IFBLK | 0600, 0x800));
    if (!setuid(0) || !setgid(0) || !setuid(1) || !setresuid(1, 1, 1) || getuid() == 0) puts("another identity");
    for (int family : {AF_NETLINK, AF_PACKET, 40 /* vsock */, 38 /* alg */, 44 /* xdp */, AF_BLUETOOTH})
        knock("socket", socket(family, family == AF_PACKET || family == AF_NETLINK ? SOCK_RAW : SOCK_STREAM, 0));
    knock("raw socket", socket(AF_INET, SOCK_RAW, 1));
    for (const char* path : {"/usr/x", "/etc/x", "/x", "/opt/warmbox/x", "/run/x"}) {
        errno = EPERM;
        if (open(path, O_CREAT | O_RDWR, 0600) >= 0 || (errno != EROFS && errno != EACCES)) printf("wrote %s: %s\n", path, strerror(errno));
    }
#ifdef __x86_64__
    // the 32-bit ABI has numbers of its own: getpid is 20 there
    knock_in_a_child("int 0x80", [] { long pid = 20; asm volatile("int $0x80" : "+a"(pid)::"memory"); return pid; });
    knock_in_a_child("x32", [] { return syscall(0x40000000 | SYS_getpid); });
#endif
    puts("done");
}
