// Reserves room in files without writing, until there is none, and gives up.
// stopped by: scratch
// expect: {"status": "disk_limit", "limit": "disk_bytes", "exit_code": 3, "signal": null, "stdout": "No space left on device\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
int main() {
    for (int i = 0, size = 15 << 20; i < 20;) {
        char name[32];
        snprintf(name, sizeof name, "/dev/shm/%d", i);
        int fd = open(name, O_CREAT | O_RDWR, 0600);
        if (!fallocate(fd, 0, 0, size)) i++;
        else if ((size /= 2) < 4096) return puts(strerror(errno)), 3;
    }
    puts("300 MiB");
}
