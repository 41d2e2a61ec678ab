// Talks to the hypervisor or to other containers over AF_VSOCK, which no network namespace holds back, by the
// host's number, its own and the local one; and looks for the device that tells the own number.
// hole: moby issue 44562: AF_VSOCK works with `--network none`; isolate 2.4
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
int main() {
    struct { unsigned short family, none; unsigned port, machine; unsigned char rest[4]; } at = {40, 0, 1024, 2, {}};
    for (int kind : std::initializer_list<int>{SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM | SOCK_NONBLOCK})
        for (int hidden : {0, 1}) {
            int s = socket(40 | hidden << 16, kind, 0);
            if (s < 0 && errno == EPERM) continue;
            printf("socket: %d errno %d\n", s, errno);
            for (unsigned machine : {0u, 1u, 2u, 3u}) {
                at.machine = machine;
                if (!connect(s, (sockaddr*)&at, sizeof at)) printf("reached machine %u\n", machine);
            }
        }
    for (const char* path : {"/dev/vsock", "/dev/vhost-vsock"})
        if (open(path, O_RDWR) >= 0) printf("opened %s\n", path);
    puts("nothing");
}
