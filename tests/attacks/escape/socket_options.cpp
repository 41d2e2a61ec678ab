// Reaches kernel code that a filter refuses elsewhere by options of ordinary sockets: programs for the packet
// filter's compiler, other protocols on top of TCP (TLS, ESP, SMC), IPsec's packets inside UDP.
// hole: CVE-2026-46300 (Fragnesia: ESP in TCP), CVE-2026-43284 (Dirty Frag: ESP in UDP), CVE-2023-0461 (TLS on TCP)
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
static void refused(const char* name, int result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s: %d errno %d\n", name, result, errno);
}
int main() {
    struct { unsigned short code; unsigned char yes, no; unsigned value; } all = {6, 0, 0, 0xffff}; // return 65535
    struct { unsigned short length; void* program; } filter = {1, &all};
    int pair[2], udp = socket(AF_INET, SOCK_DGRAM, 0), udp6 = socket(AF_INET6, SOCK_DGRAM, 0), one = 1;
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    for (int s : {pair[0], udp, udp6}) refused("filter", setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
    setsockopt(udp, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    refused("filter among equals", setsockopt(udp, SOL_SOCKET, 51, &filter, sizeof filter));
    sockaddr_in at{};
    socklen_t size = sizeof at;
    at.sin_family = AF_INET, at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    bind(server, (sockaddr*)&at, size), listen(server, 1), getsockname(server, (sockaddr*)&at, &size);
    if (connect(client, (sockaddr*)&at, size)) puts("no connection to try with");
    for (const char* above : {"tls", "espintcp", "smc", "mptcp"}) refused(above, setsockopt(client, IPPROTO_TCP, 31, above, strlen(above)));
    for (int kind : {1, 2, 3, 4, 5, 6})
        for (int s : {udp, udp6}) refused("inside UDP", setsockopt(s, IPPROTO_UDP, 100, &kind, sizeof kind));
    puts("nothing");
}
