// Becomes a program of another system: memory that is executable wherever it can be read, pages at address 0,
// other numbers of calls, other versions. Set-uid programs once kept what they were given by it.
// hole: CVE-2009-1895 (Linux): MMAP_PAGE_ZERO and READ_IMPLIES_EXEC passed on to set-uid programs
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    for (unsigned long bit = 0; bit < 32; bit++)
        for (unsigned long kind : {0UL, 1UL << 32, 0xffffffffUL << 32}) {
            unsigned long wanted = 1UL << bit;
            if (wanted == ADDR_NO_RANDOMIZE) continue; // its own affair
            if (syscall(SYS_personality, wanted | kind) >= 0 || errno != EPERM) printf("personality %lx: errno %d\n", wanted | kind, errno);
            if (syscall(SYS_personality, wanted | ADDR_NO_RANDOMIZE | kind) >= 0 || errno != EPERM) printf("personality %lx: errno %d\n", wanted | ADDR_NO_RANDOMIZE | kind, errno);
        }
    for (unsigned long whole : {8UL /* Linux of 32 bits */, 3UL, 0x400008UL, 0xfffffffeUL, 0x7fffffffUL})
        if (syscall(SYS_personality, whole) >= 0 || errno != EPERM) printf("personality %lx: errno %d\n", whole, errno);
    if (personality(0xffffffff) & ~ADDR_NO_RANDOMIZE) printf("is %x\n", personality(0xffffffff));
    if (mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == (void*)0) puts("mapped where the kernel's null pointers lead");
    puts("nothing");
}
