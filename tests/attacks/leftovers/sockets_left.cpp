// Leaves listeners, connections and half-closed ones on loopback and under abstract names, and data in datagram sockets;
// looks first for those of an earlier run. The network is the runner's, not the run's.
// stopped by: network, namespaces
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
static int found = 0;
static void leave(int family, int kind) {
    sockaddr_un local{};
    sockaddr_in at{};
    sockaddr* address = (sockaddr*)&at;
    socklen_t size = sizeof at;
    at.sin_family = AF_INET, at.sin_addr.s_addr = htonl(INADDR_LOOPBACK), at.sin_port = htons(7907);
    local.sun_family = AF_UNIX, memcpy(local.sun_path, "\0left", 5);
    if (family == AF_UNIX) address = (sockaddr*)&local, size = sizeof(sa_family_t) + 5;
    int server = socket(family, kind, 0), client = socket(family, kind, 0);
    if (kind == SOCK_STREAM || family == AF_UNIX) {
        if (!connect(client, address, size)) found++, printf("somebody listens: family %d, kind %d\n", family, kind);
        else if (errno != ECONNREFUSED) found++, printf("family %d, kind %d: connect says %s\n", family, kind, strerror(errno));
    }
    if (bind(server, address, size)) found++, printf("family %d, kind %d: bind says %s\n", family, kind, strerror(errno));
    if (kind == SOCK_STREAM) listen(server, 5);
    char byte;
    if (recv(server, &byte, 1, MSG_DONTWAIT) == 1) found++, printf("family %d, kind %d: data\n", family, kind);
    for (int i = 0; i < 3; i++) {
        int more = socket(family, kind, 0);
        if (connect(more, address, size) || send(more, "left", 4, MSG_NOSIGNAL) != 4) perror("left nothing");
        if (kind == SOCK_STREAM && i < 2) close(i ? more : accept(server, nullptr, nullptr)); // one end shut by either side
    }
}
int main() {
    leave(AF_INET, SOCK_STREAM), leave(AF_INET, SOCK_DGRAM), leave(AF_UNIX, SOCK_STREAM), leave(AF_UNIX, SOCK_DGRAM);
    if (!found) puts("nothing");
}
