// Looks for a way out of the runner. Talking to itself is allowed.
// hole: CVE-2024-29021 (Judge0): with a network a program reached the service's own database
// stopped by: network
// expect: {"status": "ok", "stdout": "itself\n", "stderr": ""}
#include <initializer_list>
#include <arpa/inet.h>
#include <cstdio>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
static void reach(const char* ip, int port, int kind) {
    sockaddr_in at{};
    at.sin_family = AF_INET, at.sin_port = htons(port);
    inet_pton(AF_INET, ip, &at.sin_addr);
    int s = socket(AF_INET, kind, 0);
    if (s >= 0 && !connect(s, (sockaddr*)&at, sizeof at) && send(s, "x", 1, MSG_NOSIGNAL) == 1) printf("reached %s\n", ip);
    close(s);
}
int main() {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    at.sin_family = AF_INET, at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    bind(server, (sockaddr*)&at, size), listen(server, 1), getsockname(server, (sockaddr*)&at, &size);
    char text[99] = {0};
    if (!connect(client, (sockaddr*)&at, size) && write(client, "itself", 6) == 6 && read(accept(server, 0, 0), text, 98) == 6) puts(text);
    for (const char* ip : {"1.1.1.1", "10.0.0.1", "172.17.0.1", "192.168.0.1", "169.254.169.254"})
        for (int kind : {SOCK_STREAM, SOCK_DGRAM}) reach(ip, 53, kind);
}
