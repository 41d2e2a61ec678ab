// Locks memory by every call there is, so that the host could never take it back. What is left is 64 KiB.
// stopped by: rlimits
// expect: {"status": "ok", "stdout": "64 KiB\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <sys/mman.h>
int main() {
    int locked = 0;
    while (locked < 4096) {
        void* p = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mlock(p, 4096)) break;
        locked += 4;
    }
    if (errno != ENOMEM) printf("mlock %d\n", errno);
    if (!mlockall(MCL_CURRENT | MCL_FUTURE) || errno != ENOMEM) printf("mlockall %d\n", errno);
    if (mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) != MAP_FAILED || errno != EAGAIN) printf("mmap %d\n", errno);
    printf("%d KiB\n", locked);
}
