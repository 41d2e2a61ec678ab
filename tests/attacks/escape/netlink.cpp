// Speaks with the kernel over netlink: routes and links (its own network could be changed), firewall, IPsec,
// audit, cryptography, devices that appear. Most of what these have in common is a long list of holes.
// hole: CVE-2022-32250, CVE-2024-1086 (nf_tables), CVE-2026-43284 (Dirty Frag: IPsec)
// stopped by: filter, network
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
int main() {
    for (int protocol = 0; protocol < 32; protocol++)
        for (int kind : std::initializer_list<int>{SOCK_RAW, SOCK_DGRAM, SOCK_RAW | SOCK_CLOEXEC}) {
            int s = socket(AF_NETLINK, kind, protocol);
            if (s >= 0 || errno != EPERM) printf("netlink %d: %d errno %d\n", protocol, s, errno);
        }
    int links = 0, c;
    if (FILE* file = fopen("/proc/net/dev", "r")) // what is there instead
        while ((c = getc(file)) != EOF) links += c == ':';
    if (links != 1) printf("%d links\n", links);
    for (const char* path : {"/dev/net/tun", "/dev/ppp", "/dev/rfkill", "/proc/net/netfilter/nf_log", "/proc/net/ip_tables_names"})
        if (open(path, O_RDWR) >= 0) printf("opened %s\n", path);
    puts("nothing");
}
