// Transports beside TCP and UDP over the internet families: MPTCP, SCTP, DCCP, UDP-Lite, L2TP, SMC. By their
// numbers, and by their kinds with protocol 0, which the kernel completes by itself (and loads).
// hole: CVE-2017-6074 (DCCP), CVE-2021-23133 (SCTP)
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <sys/socket.h>
#include <unistd.h>
static void refused(int family, int kind, int protocol) {
    int s = socket(family, kind, protocol);
    if (s >= 0 || errno != EPERM) printf("socket %d %d %d: %d errno %d\n", family, kind, protocol, s, errno);
}
int main() {
    for (int family : {AF_INET, AF_INET6}) {
        for (int kind : std::initializer_list<int>{SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, 6 /* DCCP */})
            for (int protocol : {33 /* DCCP */, 115 /* L2TP */, 132 /* SCTP */, 136 /* UDP-Lite */, 142, 256 /* SMC */, 262 /* MPTCP */, -1, 0x10000}) refused(family, kind, protocol);
        // the filter must look at the kind too: with protocol 0 these are SCTP and DCCP
        for (int kind : std::initializer_list<int>{SOCK_RDM, SOCK_SEQPACKET, 6, SOCK_SEQPACKET | SOCK_CLOEXEC, 6 | SOCK_NONBLOCK}) refused(family, kind, 0);
    }
    if (socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 || socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 17) < 0) puts("no TCP or UDP");
    puts("nothing");
}
