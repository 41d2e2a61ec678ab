// Takes descriptors from other processes, above all the sandbox's control socket from the first process:
// pidfd_getfd, /proc/1/fd, kcmp to find them, and messages with descriptors on what it has itself.
// stopped by: filter, identities, verdict channel
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s: %ld errno %d\n", name, result, errno);
}
int main() {
    for (int pid : {(int)getpid(), 1}) {
        int process = syscall(SYS_pidfd_open, pid, 0);
        if (process < 0) printf("pidfd_open %d: errno %d\n", pid, errno);
        for (int fd = 0; fd < 12; fd++) refused("pidfd_getfd", syscall(SYS_pidfd_getfd, process, fd, 0));
        for (int kind = 0; kind < 8; kind++) refused("kcmp", syscall(SYS_kcmp, pid, getpid(), kind, 0, 0));
        close(process);
    }
    char path[64];
    for (const char* folder : {"/proc/1/fd", "/proc/1/fdinfo", "/proc/1/task/1/fd", "/proc/1/map_files"}) {
        if (opendir(folder)) printf("listed %s\n", folder);
        for (int fd = 0; fd < 16; fd++) {
            snprintf(path, sizeof path, "%s/%d", folder, fd);
            for (int mode : {O_PATH, O_RDONLY | O_NONBLOCK, O_WRONLY | O_NONBLOCK})
                if (open(path, mode) >= 0) printf("opened %s\n", path);
        }
    }
    for (int fd = 0; fd < 256; fd++) { // is any descriptor that came along a socket?
        char byte, control[256];
        iovec part{&byte, 1};
        msghdr message{};
        message.msg_iov = &part, message.msg_iovlen = 1, message.msg_control = control, message.msg_controllen = sizeof control;
        if (recvmsg(fd, &message, MSG_DONTWAIT) >= 0 || (errno != ENOTSOCK && errno != EBADF)) printf("descriptor %d is a socket\n", fd);
        if (fd > 2 && fcntl(fd, F_GETFD) >= 0) printf("descriptor %d came along\n", fd);
    }
    puts("nothing");
}
