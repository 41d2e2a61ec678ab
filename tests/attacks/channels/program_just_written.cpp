// Executes programs that were written a moment ago, itself to begin with, while another run does the same: one
// that somebody else's fork still holds open for writing cannot be executed.
// hole: go-judge 4ef8811: about one in 10,000 programs was "busy", held open by the start of another run
// stopped by: descriptors
// expect: {"status": "ok", "stdout": "0 busy\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
int main() {
    if (getenv("COPY")) return 7;
    int busy = 0;
    for (int i = 0; i < 15; i++) {
        char name[32];
        snprintf(name, sizeof name, "/tmp/copy%d", i);
        int from = open("/work/main", O_RDONLY), to = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
        struct stat size;
        fstat(from, &size);
        if (copy_file_range(from, nullptr, to, nullptr, size.st_size, 0) != size.st_size) puts("not copied");
        close(from), close(to);
        int pid = fork(), status;
        if (!pid) {
            setenv("COPY", "1", 1);
            execl(name, name, nullptr);
            _exit(errno == ETXTBSY ? 1 : 2);
        }
        waitpid(pid, &status, 0);
        if (WEXITSTATUS(status) == 1) busy++;
        else if (WEXITSTATUS(status) != 7) printf("status %x\n", status);
        unlink(name);
    }
    printf("%d busy\n", busy);
}
