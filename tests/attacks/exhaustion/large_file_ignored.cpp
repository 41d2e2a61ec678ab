// Ignores that signal and tries every other way to a large file: all are refused, and coping is no failure.
// stopped by: rlimits
// request: {"limits": {"file_size_bytes": 1048576}}
// expect: {"status": "ok", "limit": null, "exit_code": 0, "stdout": "nothing\n", "stderr": ""}
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>
static int found = 0;
static void attempt(const char* name, long result) {
    if (result >= 0 || errno != EFBIG) found++, printf("%s: %ld, errno %d\n", name, result, errno);
}
int main() {
    signal(SIGXFSZ, SIG_IGN);
    int fd = open("large", O_CREAT | O_RDWR, 0600), other = open("/dev/zero", O_RDONLY);
    attempt("pwrite", pwrite(fd, "x", 1, 1 << 20));
    attempt("ftruncate", ftruncate(fd, (1 << 20) + 1));
    attempt("truncate", truncate("large", 1l << 40));
    attempt("fallocate", fallocate(fd, 0, 0, (1 << 20) + 1));
    lseek(fd, 1 << 20, SEEK_SET);
    attempt("write", write(fd, "x", 1));
    static char b[4096];
    long sum = 0, n;
    lseek(fd, 0, SEEK_SET);
    while ((n = read(other, b, sizeof b)) > 0 && (n = write(fd, b, n)) > 0) sum += n;
    if (sum != 1 << 20 || errno != EFBIG) found++, printf("%ld written, errno %d\n", sum, errno);
    if (!found) puts("nothing");
}
