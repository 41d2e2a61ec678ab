// Sends descriptors through its own sockets and shuts its copies: those under way are nobody's, but must be bounded too.
// stopped by: rlimits
// request: {"limits": {"open_files": 64}}
// expect: {"status": "ok", "stdout": "refused\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
int main() {
    int sent = 0, pair[2];
    for (; sent < 5000; sent++) {
        if (sent % 20 == 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) break;
        char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
        iovec data = {&byte, 1};
        msghdr message{};
        message.msg_iov = &data, message.msg_iovlen = 1, message.msg_control = control, message.msg_controllen = sizeof control;
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof(int));
        int fd = open("/dev/zero", O_RDWR);
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
        if (sendmsg(pair[0], &message, MSG_DONTWAIT) < 0) break;
        close(fd);
    }
    if (sent < 100 && errno == ETOOMANYREFS) puts("refused");
    else printf("%d sent, errno %d\n", sent, errno);
}
