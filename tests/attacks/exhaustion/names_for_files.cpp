// Uses up the names for files: empty ones, folders, links of both kinds.
// stopped by: scratch
// request: {"limits": {"disk_bytes": 16777216}}
// expect: {"status": "disk_limit", "limit": "disk_bytes", "exit_code": 3, "signal": null, "stdout": "No space left on device\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
int main() {
    for (int i = 0; i < 100000; i++) {
        char name[32];
        snprintf(name, sizeof name, "/tmp/%d", i);
        int failed = i % 3 == 0 ? mknod(name, S_IFREG | 0600, 0) : i % 3 == 1 ? mkdir(name, 0700) : symlink("/etc/passwd", name);
        if (failed) return puts(strerror(errno)), 3;
    }
    puts("100000");
}
