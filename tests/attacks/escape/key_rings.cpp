// Uses the kernel's key rings, which belong to a uid or a session, not to a namespace of the run: makes keys,
// finds those of others, has the kernel start its helper on the host to ask for one.
// hole: CVE-2016-0728 (Linux): root by joining a session's ring; isolate 2.4: keys passed from run to run
// stopped by: filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, long what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %ld: %ld errno %d\n", name, what, result, errno);
}
int main() {
    for (long ring = -8; ring < 0; ring++) { // thread, process, session, user, the user's session, group, ...
        refused("which ring", ring, syscall(SYS_keyctl, 0, ring, 1));
        for (const char* kind : {"user", "logon", "keyring", "big_key", "asymmetric", "encrypted"}) {
            refused("add", ring, syscall(SYS_add_key, kind, "warmbox:key", "secret", *kind == 'k' ? 0 : 6, ring));
            refused("request", ring, syscall(SYS_request_key, kind, "warmbox:key", "from outside", ring));
        }
        refused("read", ring, syscall(SYS_keyctl, 11, ring, 0, 0));
        refused("persistent", ring, syscall(SYS_keyctl, 22, -1, ring));
    }
    for (long operation = 0; operation < 33; operation++) refused("operation", operation, syscall(SYS_keyctl, operation, 0, 0, 0, 0));
    char byte;
    for (const char* list : {"/proc/keys", "/proc/key-users"})
        if (read(open(list, O_RDONLY), &byte, 1) > 0) printf("read %s\n", list);
    puts("nothing");
}
