// Sends its standard streams and a lock into sockets that hold only each other, and ends: nobody has these descriptors
// any more, and they are open. The run must end at once, and the next find no lock: the kernel collects what is in
// flight when it has time, which is not to be longer than half a second.
// stopped by: filter, namespaces
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "usage": {"wall_ms": {"most": 1500}}}
// takes_at_most_ms: 4000
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>
int main() {
    // Servers on this machine share these files, and this may run on two of them at the same time: one whose runners
    // have a range of ids, and one whose runners have a single id.
    int lines = 0;
    if (FILE* map = fopen("/proc/self/uid_map", "r")) {
        for (int c; (c = fgetc(map)) != EOF;) lines += c == '\n';
        fclose(map);
    }
    int found = 0, shared = open(lines > 1 ? "/usr/bin/env" : "/usr/bin/id", O_RDONLY);
    struct flock lock = {}, asked = {};
    lock.l_type = F_RDLCK;
    auto locked = [&] {
        asked.l_type = F_WRLCK;
        return fcntl(shared, F_OFD_GETLK, &asked) || asked.l_type != F_UNLCK;
    };
    for (int i = 0; i < 50 && locked(); i++) usleep(10'000);
    if (locked()) found++, puts("a lock");
    if (!flock(shared, LOCK_EX) || errno != ENOSYS) found++, puts("a lock that shuts others out");
    if (fcntl(shared, F_OFD_SETLK, &lock)) perror("no lock");
    int pair[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    int fds[] = {0, 1, 2, shared, pair[0], pair[1]};
    char byte = 0, control[CMSG_SPACE(sizeof fds)] = {0};
    iovec data = {&byte, 1};
    msghdr message{};
    message.msg_iov = &data, message.msg_iovlen = 1, message.msg_control = control, message.msg_controllen = sizeof control;
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(head), fds, sizeof fds);
    if (sendmsg(pair[0], &message, 0) != 1) perror("sent nothing");
    if (!found) puts("nothing");
}
