// Looks for what others left in memory that it is given: new pages of every kind, heap, deep stack, grown files, pipes,
// shared memory, pages given back and taken again. All must be zero.
// stopped by: scratch, namespaces
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <alloca.h>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>
static int found;
static const size_t MB = 1 << 20;
static void look(const char* what, const void* at, size_t size) {
    const unsigned long* p = (const unsigned long*)at;
    for (size_t i = 0; i < size / sizeof *p; i++)
        if (p[i]) { found++, printf("%s: %lx at %zu\n", what, p[i], i * sizeof *p); return; }
}
static char* map(size_t size, int flags, int fd = -1) { return (char*)mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0); }
__attribute__((noinline)) static void deep() { look("stack", (char*)alloca(2 * MB) + 4096, MB); }
int main() {
    deep();
    look("anonymous", map(48 * MB, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE), 48 * MB);
    look("shared", map(4 * MB, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE), 4 * MB);
    look("device", map(4 * MB, MAP_PRIVATE, open("/dev/zero", O_RDWR)), 4 * MB);
    look("shared device", map(4 * MB, MAP_SHARED, open("/dev/zero", O_RDWR)), 4 * MB);
    void* brk = sbrk(0);
    if (sbrk(8 * MB) == brk) look("break", (char*)(((size_t)brk + 4095) & ~4095ul), 7 * MB);
    char* again = map(4 * MB, MAP_PRIVATE | MAP_ANONYMOUS);
    for (size_t i = 0; i < 4 * MB; i += 64) again[i] = 1;
    madvise(again, 4 * MB, MADV_DONTNEED);
    look("given back", again, 4 * MB);
    for (const char* name : {"/work/grown", "/tmp/grown", "/dev/shm/grown"}) {
        int fd = open(name, O_RDWR | O_CREAT, 0600);
        if (ftruncate(fd, 2 * MB) || fallocate(fd, 0, 2 * MB, 2 * MB)) found++, perror(name);
        look(name, map(4 * MB, MAP_SHARED, fd), 4 * MB);
        pwrite(fd, "x", 1, 4 * MB + 8000);  // what lies beside a short write in its page
        char hole[8000];
        if (pread(fd, hole, 8000, 4 * MB) == 8000) look("beside", hole, 8000);
        close(fd), unlink(name);
    }
    char space[4096];
    int ends[2];
    if (!pipe2(ends, O_NONBLOCK) && read(ends[0], space, sizeof space) > 0) found++, puts("in a new pipe");
    if (!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) && recv(ends[0], space, sizeof space, 0) >= 0) found++, puts("in a new socket");
    // ends of what the kernel copies out: names and addresses have bytes to spare
    struct { sockaddr_storage address; } name;
    for (char& c : space) c = 0;
    socklen_t size = sizeof name;
    name = {};
    getsockname(ends[0], (sockaddr*)&name, &size);
    look("behind an address", (char*)&name + 8, sizeof name - 8);
    struct statvfs use {};
    statvfs("/", &use);
    look("in a file system's facts", use.__f_spare, sizeof use.__f_spare / 8 * 8);
    if (!found) puts("nothing");
}
