// Reads and writes memory past the owner: of the first process by calls and by /proc, and read-only pages of
// files through its own /proc/self/mem, which must change its own copy and never the file.
// hole: CVE-2016-5195 (Dirty COW): /proc/self/mem and madvise wrote to files that were only readable
// stopped by: filter, identities, outer root
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
static void refused(const char* name, long result) {
    if (result < 0 && (errno == EPERM || errno == ENOSYS)) return;
    printf("%s: %ld errno %d\n", name, result, errno);
}
int main() {
    char here[16] = "mine", there[16] = "";
    iovec local{there, 4}, remote{here, 4}, zero{(void*)0x400000, 4};
    for (int pid : {(int)getpid(), 1}) {
        refused("process_vm_readv", syscall(SYS_process_vm_readv, pid, &local, 1, pid == 1 ? &zero : &remote, 1, 0));
        refused("process_vm_writev", syscall(SYS_process_vm_writev, pid, &local, 1, pid == 1 ? &zero : &remote, 1, 0));
        int process = syscall(SYS_pidfd_open, pid, 0);
        refused("process_madvise", syscall(SYS_process_madvise, process, &remote, 1, 20 /* cold */, 0));
        refused("process_mrelease", syscall(448, process, 0));
    }
    char path[64];
    for (const char* who : {"1", "1/task/1"})
        for (const char* what : {"mem", "maps", "smaps", "environ", "auxv", "pagemap", "syscall", "stack", "numa_maps", "io"})
            for (int mode : {O_RDONLY, O_RDWR}) {
                snprintf(path, sizeof path, "/proc/%s/%s", who, what);
                int file = open(path, mode);
                if (file >= 0 && read(file, there, 8) >= 0) printf("opened %s\n", path);
            }
    for (const char* target : {"/etc/passwd", "/bin/sh", "/proc/self/exe"}) {
        int file = open(target, O_RDONLY), memory = open("/proc/self/mem", O_RDWR);
        char was[4], is[4];
        pread(file, was, 4, 0);
        char* page = (char*)mmap(0, 4096, PROT_READ, MAP_PRIVATE, file, 0);
        if (mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) != MAP_FAILED) printf("%s is mapped for writing\n", target);
        for (int i = 0; i < 500; i++) { // the race of Dirty COW, with one thread
            madvise(page, 4096, MADV_DONTNEED);
            pwrite(memory, "evil", 4, (off_t)page);
        }
        pread(open(target, O_RDONLY), is, 4, 0);
        if (memcmp(was, is, 4)) printf("wrote into %s\n", target);
        close(file), close(memory);
    }
    puts("nothing");
}
