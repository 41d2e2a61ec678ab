// A gibibyte of zeros, a tebibyte of addresses, alignment of 32 MiB: memory that is never touched is nobody's loss.
// stopped by: meter
// expect: {"status": "ok", "limit": null, "exit_code": 0, "stdout": "0 0 1\n", "stderr": "", "usage": {"peak_memory_bytes": {"most": 16000000}}}
#include <cstdio>
#include <sys/mman.h>
char big[1u << 30];
alignas(1 << 25) char odd[1];
int main() {
    void* room = mmap(nullptr, 1ull << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    printf("%d %d %d\n", big[5], int((unsigned long)odd % (1 << 25)), room != MAP_FAILED);
}
