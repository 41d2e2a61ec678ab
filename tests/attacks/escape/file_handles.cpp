// Opens files by number, past every folder and mount, as `shocker` did to leave Docker: asks for a handle, then
// tries its own and the numbers at which file systems have their root.
// hole: shocker (Docker before 1.0): open_by_handle_at read the host's /etc/shadow
// stopped by: filter, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, const char* what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %s: %ld errno %d\n", name, what, result, errno);
}
int main() {
    struct { unsigned bytes; int kind; unsigned number[32]; } handle;
    int mount;
    for (const char* path : {"/", "/usr", "/etc/passwd", "/work", "/proc", "/dev/null", "/proc/self/ns/mnt"}) {
        for (int flags : {0, 0x200 /* for asking only */, 1 /* unique mount number */, 0x1000 /* of an empty path */}) {
            memset(&handle, 0, sizeof handle), handle.bytes = 128;
            refused("name", path, syscall(SYS_name_to_handle_at, AT_FDCWD, path, &handle, &mount, flags));
        }
        int at = open(path, O_RDONLY);
        for (unsigned root : {1u, 2u, 64u, 128u, 256u})
            for (int kind : {1, 2, 0x4d, 0xfe}) {
                memset(&handle, 0, sizeof handle), handle.bytes = 8, handle.kind = kind, handle.number[0] = root;
                refused("open", path, syscall(SYS_open_by_handle_at, at, &handle, O_RDONLY));
            }
        close(at);
    }
    refused("open a process", "", syscall(SYS_open_by_handle_at, -10002 /* pidfs */, &handle, O_RDONLY));
    puts("nothing");
}
