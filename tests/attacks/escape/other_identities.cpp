// Becomes somebody else: root, the first process's uid, the overflow id, each by every call; joins groups; gives
// files away; writes credentials of others into messages.
// hole: dify-sandbox 6b3577c: runs that shared a uid read each other's files
// stopped by: identities, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    unsigned r, e, s;
    close(open("file", O_CREAT | O_WRONLY, 0600));
    for (unsigned id : {0u, 1u, 2u, 999u, 1001u, 65534u, 1879048192u, 2000000000u, ~0u - 1}) {
        if (!syscall(SYS_setuid, id) || !syscall(SYS_setreuid, id, id) || !syscall(SYS_setreuid, -1, id) || !syscall(SYS_setresuid, id, id, id) || !syscall(SYS_setresuid, -1, -1, id)) printf("user %u\n", id);
        if (!syscall(SYS_setgid, id) || !syscall(SYS_setregid, id, id) || !syscall(SYS_setresgid, id, id, id) || !syscall(SYS_setresgid, -1, id, -1)) printf("group %u\n", id);
        if (!syscall(SYS_setgroups, 1, &id)) printf("in group %u\n", id);
        setfsuid(id), setfsgid(id);
        if (setfsuid(-1) != 1000 || setfsgid(-1) != 1000) printf("reads files as %u\n", id);
        if (!chown("file", id, -1) || !chown("file", -1, id) || !fchownat(AT_FDCWD, ".", id, id, 0)) printf("gave a file to %u\n", id);
        int pair[2];
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
        char control[CMSG_SPACE(12)] = {0}, byte = 0;
        iovec part{&byte, 1};
        msghdr message{};
        message.msg_iov = &part, message.msg_iovlen = 1, message.msg_control = control, message.msg_controllen = sizeof control;
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        unsigned who[3] = {1, id, id};
        head->cmsg_level = SOL_SOCKET, head->cmsg_type = 2 /* credentials */, head->cmsg_len = CMSG_LEN(12), memcpy(CMSG_DATA(head), who, 12);
        if (sendmsg(pair[0], &message, 0) >= 0) printf("signed as %u\n", id);
        close(pair[0]), close(pair[1]);
    }
    if (!setgroups(0, 0)) puts("left all groups");
    gid_t groups[64];
    int many = getgroups(64, groups);
    for (int i = 0; i < many; i++)
        if (groups[i] == 0) puts("in the group of root");
    syscall(SYS_getresuid, &r, &e, &s);
    if (r != 1000 || e != 1000 || s != 1000 || getgid() != 1000 || getegid() != 1000) printf("is %u %u %u\n", r, e, s);
    puts("nothing");
}
