// Writes beyond the largest size of a file; the kernel's signal ends it.
// stopped by: rlimits
// request: {"limits": {"file_size_bytes": 1048576}}
// expect: {"status": "disk_limit", "limit": "file_size_bytes", "exit_code": null, "signal": "SIGXFSZ", "stdout": "1048576\n", "stderr": ""}
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>
int main() {
    int fd = open("large", O_CREAT | O_RDWR, 0600);
    printf("%ld\n", (long)pwrite(fd, "x", 1, (1 << 20) - 1) + lseek(fd, 0, SEEK_END) - 1), fflush(stdout);
    pwrite(fd, "x", 1, 1 << 20);
    puts("written");
}
