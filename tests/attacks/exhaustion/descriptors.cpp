// Takes descriptors of every kind until it is refused: each kind comes to the same limit.
// stopped by: rlimits
// request: {"limits": {"open_files": 64}}
// expect: {"status": "ok", "stdout": "dup 61\nfile 61\npipe 60\nsocket 61\npair 60\nevent 61\nepoll 61\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
template <class Take> static void use_up(const char* name, Take take) {
    int taken = 0, result;
    for (; taken < 5000 && (result = take()) >= 0; taken += result) {}
    if (errno != EMFILE) printf("errno %d ", errno);
    printf("%s %d\n", name, taken);
    close_range(3, ~0u, 0);
}
static int one(int fd) { return fd < 0 ? -1 : 1; }
int main() {
    int two[2];
    use_up("dup", [] { return one(dup(0)); });
    use_up("file", [] { return one(open("/dev/null", O_RDONLY)); });
    use_up("pipe", [&] { return pipe(two) ? -1 : 2; });
    use_up("socket", [] { return one(socket(AF_UNIX, SOCK_STREAM, 0)); });
    use_up("pair", [&] { return socketpair(AF_UNIX, SOCK_DGRAM, 0, two) ? -1 : 2; });
    use_up("event", [] { return one(eventfd(0, 0)); });
    use_up("epoll", [] { return one(epoll_create1(0)); });
}
