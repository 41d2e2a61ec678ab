// Sends its standard streams and its work folder to itself over sockets that hold each other, and
// ends: they stay open although no process is left, and nobody may wait for them for long.
// hole: moby 33039, dify-sandbox: the end of a run was the end of its pipes, which others could hold open
// stopped by: verdict channel, namespaces
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "sent\n", "stderr": ""}
// takes_at_most_ms: 3000
#include <initializer_list>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
static void pass(int into, int what) {
    char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
    iovec io = {&byte, 1};
    msghdr message = {};
    message.msg_iov = &io, message.msg_iovlen = 1, message.msg_control = control, message.msg_controllen = sizeof control;
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &what, sizeof(int));
    if (sendmsg(into, &message, 0) != 1) puts("not sent");
}
int main() {
    int pair[2], work = open("/work", O_RDONLY);
    for (int i = 0; i < 8; i++) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
        for (int fd : {0, 1, 2, work, pair[0], pair[1]}) pass(pair[0], fd), pass(pair[1], fd);
    }
    puts("sent");
    fflush(stdout);
    _exit(43);
}
