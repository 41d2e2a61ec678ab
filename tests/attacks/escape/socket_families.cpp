// Makes sockets of every family that there is, and pairs of them. All but three of them reach the kernel's
// least looked at code, and loading it on demand; the filter must say no before the kernel looks for it.
// hole: CVE-2026-43500 (Dirty Frag, AF_RXRPC), CVE-2010-3904 (AF_RDS), CVE-2016-8655 (AF_PACKET)
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <sys/socket.h>
#include <unistd.h>
int main() {
    for (int family = 0; family < 64; family++) {
        if (family == AF_INET || family == AF_INET6) continue;
        for (int kind : std::initializer_list<int>{SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, 6 /* DCCP */, 10 /* packet */, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK})
            for (int protocol : {0, 1, 3, 0x300, -1}) {
                bool local = family == AF_UNIX && protocol == 0;
                int s = local ? -1 : socket(family, kind, protocol);
                if (!local && (s >= 0 || errno != EPERM)) printf("socket %d %d %d: %d errno %d\n", family, kind, protocol, s, errno);
                int pair[2];
                if (family != AF_UNIX && (socketpair(family, kind, protocol, pair) == 0 || errno != EPERM)) printf("socketpair %d %d %d: errno %d\n", family, kind, protocol, errno);
            }
    }
    int pair[2], s = socket(AF_UNIX, SOCK_STREAM, 0); // these are nobody's door, and programs need them
    if (s < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) puts("no local sockets");
    puts("nothing");
}
