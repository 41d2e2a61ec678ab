// Builds packets by hand: raw and ICMP sockets of both versions, raw sockets with the protocols that the filter
// lets by, packet sockets by their two names (the old one hides behind AF_INET), and other people's addresses.
// hole: CVE-2020-14386 (Linux): AF_PACKET gave root to whoever had raw sockets
// stopped by: filter, no privileges, network
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
int main() {
    for (int family : {AF_INET, AF_INET6, AF_PACKET, 44 /* XDP */})
        for (int kind : std::initializer_list<int>{SOCK_RAW, 10 /* the old name of packet sockets */})
            for (int protocol : {0, 1, 2, 6, 17, 41, 47, 50, 58, 89, 255, (int)htons(3), (int)htons(0x806) /* ARP */}) {
                int s = socket(family, kind, protocol);
                if (s >= 0 || (errno != EPERM && !(family != AF_PACKET && (errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT))))
                    printf("socket %d %d %d: %d errno %d\n", family, kind, protocol, s, errno);
            }
    for (int protocol : {1, 58})
        for (int family : {AF_INET, AF_INET6})
            if (socket(family, SOCK_DGRAM, protocol) >= 0 || errno != EPERM) printf("ping %d %d: errno %d\n", family, protocol, errno);
    int one = 1, s = socket(AF_INET, SOCK_DGRAM, 0);
    struct { int level, option; } privileged[] = {{0, 19 /* any address as its own */}, {SOL_SOCKET, SO_MARK}, {SOL_SOCKET, SO_RCVBUFFORCE}, {SOL_SOCKET, SO_SNDBUFFORCE}, {SOL_SOCKET, SO_DEBUG}, {0, 64 /* firewall */}, {0, 17 /* IPsec */}, {0, 16}};
    for (auto& o : privileged)
        if (!setsockopt(s, o.level, o.option, &one, sizeof one)) printf("option %d %d\n", o.level, o.option);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    for (const char* ip : {"127.0.0.1", "0.0.0.0"})
        for (int port : {1, 22, 53, 80, 443, 1023}) {
            at.sin_port = htons(port), inet_pton(AF_INET, ip, &at.sin_addr);
            for (int kind : {SOCK_STREAM, SOCK_DGRAM})
                if (!bind(socket(AF_INET, kind, 0), (sockaddr*)&at, sizeof at) || errno != EACCES) printf("bound %s:%d errno %d\n", ip, port, errno);
        }
    for (const char* ip : {"172.17.0.1", "10.0.0.1", "192.168.0.1", "8.8.8.8"}) {
        at.sin_port = 0, inet_pton(AF_INET, ip, &at.sin_addr);
        if (!bind(socket(AF_INET, SOCK_DGRAM, 0), (sockaddr*)&at, sizeof at)) printf("has the address %s\n", ip);
    }
    puts("nothing");
}
