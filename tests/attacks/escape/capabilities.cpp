// Gives itself capabilities: by capset in all its versions, by a file of its own that carries them, by executing
// programs that do; and looks at what it has after each.
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
static bool has_any() {
    unsigned header[2] = {0x20080522, 0}, sets[6] = {0};
    syscall(SYS_capget, header, sets);
    for (unsigned set : sets)
        if (set) return true;
    return false;
}
int main(int count, char** arguments) {
    if (has_any()) return puts("has a capability"), 0;
    if (count == 1) return 0; // the copy, below
    for (unsigned version : {0x19980330u, 0x20071026u, 0x20080522u})
        for (unsigned pid : {0u, 1u, (unsigned)getpid()})
            for (unsigned set : {0u, 1u << 21, ~0u}) {
                unsigned header[2] = {version, pid}, sets[6] = {set, set, set, set, set, set};
                if (syscall(SYS_capset, header, sets) >= 0 || errno != EPERM) printf("capset %x %x: errno %d\n", version, set, errno);
            }
    char buffer[4096];
    int from = open("/proc/self/exe", O_RDONLY), to = open("copy", O_CREAT | O_WRONLY, 0700), n;
    while ((n = read(from, buffer, sizeof buffer)) > 0) write(to, buffer, n);
    close(to);
    unsigned v2[5] = {0x02000001, ~0u, 0, ~0u, 0}, v3[6] = {0x03000001, ~0u, 0, ~0u, 0, 1000};
    for (const char* name : {"security.capability", "security.ima", "trusted.overlay.opaque"})
        for (int size : {20, 24})
            if (!setxattr("copy", name, size == 20 ? v2 : v3, size, 0)) printf("set %s\n", name);
    chmod("copy", 06755);
    fflush(stdout);
    if (!fork()) execl("./copy", "copy", (char*)0), _exit(0);
    wait(0);
    if (has_any()) puts("has a capability now");
    puts("nothing");
}
