// Makes every call that the sandbox's list does not know, old, removed and newer than the list: each must be
// answered as if the kernel had none such. This is what protects from the next kernel's new calls.
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    auto absent = [](long number) {
        long result = syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
        if (result >= 0 || errno != ENOSYS) printf("call %ld: %ld errno %d\n", number, result, errno);
    };
    for (long number = 444; number < 2000; number++)
        if (number != 449) absent(number); // futex_waitv
    for (long number : {425L, 426L, 427L, 435L, 1L << 20, 0x3fffffffL, -1L}) absent(number);
#ifdef __x86_64__
    for (long number : {29L, 64L, 68L, 71L, 73L, 134L, 139L, 174L, 177L, 178L, 181L, 182L, 183L, 184L, 185L, 205L, 211L, 214L, 215L, 236L, 237L, 238L, 253L, 254L, 256L, 279L, 319L}) absent(number);
    for (long number = 337; number < 424; number++) absent(number); // between the old numbers and the common ones
#endif
    puts("nothing");
}
