// Leaves files, shared memory and a queue.
// expect: {"status": "ok", "stdout": "done\n"}
#include <initializer_list>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>
int main() {
    for (const char* path : {"/tmp/left", "/work/left", "/dev/shm/left", "/var/tmp/left", "/run/figures/left"}) {
        int fd = open(path, O_CREAT | O_RDWR, 0);
        if (fd >= 0) write(fd, "x", 1);
    }
    mkdir("/tmp/shut", 0);
    shm_open("/object", O_CREAT | O_RDWR, 0600);
    shmget(0x1234, 4096, IPC_CREAT | 0600);
    mq_open("/queue", O_CREAT | O_RDWR, 0600, nullptr);
    puts("done");
}
