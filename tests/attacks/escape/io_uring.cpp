// Makes calls that no filter sees, through rings: io_uring with all its kinds of set-up, its other two calls,
// which also work without a ring, and the older asynchronous calls.
// hole: isolate 2.6: io_uring made AF_VSOCK sockets past the filter
// hole: CVE-2022-29582, CVE-2023-2598 (Linux): faults of io_uring itself
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void absent(const char* name, long what, long result) {
    if (result < 0 && errno == ENOSYS) return;
    printf("%s %ld: %ld errno %d\n", name, what, result, errno);
}
int main() {
    unsigned parameters[30];
    for (int flag = -1; flag < 20; flag++) {
        memset(parameters, 0, sizeof parameters);
        if (flag >= 0) parameters[2] = 1u << flag;
        absent("set up", flag, syscall(SYS_io_uring_setup, 8, parameters));
    }
    for (int fd : {-1, 0, 1, 3}) absent("enter", fd, syscall(SYS_io_uring_enter, fd, 1, 0, 0, 0, 0));
    for (unsigned code = 0; code < 40; code++) {
        absent("register", code, syscall(SYS_io_uring_register, -1, code, parameters, 1)); // some need no ring
        absent("register", code, syscall(SYS_io_uring_register, 0, code | 1u << 31, parameters, 1));
    }
    unsigned long context = 0;
    absent("io_setup", 0, syscall(SYS_io_setup, 1, &context));
    struct { unsigned long long data; unsigned key, flags; unsigned short code; short priority; unsigned fd; unsigned long long buffer, bytes, offset, reserved; unsigned more, event; } write{};
    write.code = 1, write.fd = open("file", O_CREAT | O_RDWR, 0600), write.buffer = (unsigned long long) "x", write.bytes = 1;
    void* list[] = {&write};
    char events[64];
    absent("io_submit", 0, syscall(SYS_io_submit, context, 1, list));
    absent("io_getevents", 0, syscall(SYS_io_getevents, context, 0, 1, events, 0));
    absent("io_pgetevents", 0, syscall(SYS_io_pgetevents, context, 0, 1, events, 0, 0));
    absent("io_cancel", 0, syscall(SYS_io_cancel, context, &write, events));
    absent("io_destroy", 0, syscall(SYS_io_destroy, context));
    puts("nothing");
}
