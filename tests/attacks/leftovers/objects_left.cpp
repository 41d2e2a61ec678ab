// Leaves message queues, shared memory and named semaphores; looks first for those of an earlier run. What belongs to
// no process at all (System V's objects, memory without a name) is refused.
// stopped by: namespaces, filter, scratch
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>
static int found = 0;
static void look(bool is, const char* what) {
    if (is) found++, puts(what);
}
int main() {
    look(mq_open("/left", O_RDONLY) >= 0, "a queue");
    look(shm_open("/left", O_RDONLY, 0) >= 0, "shared memory");
    look(sem_open("/left", 0) != SEM_FAILED, "a semaphore");
    look(shmget(0x1eff, 0, 0) >= 0 || shmget(0x1eff, 4096, IPC_CREAT | 0600) >= 0 || errno != ENOSYS, "System V memory");
    look(msgget(0x1eff, IPC_CREAT | 0600) >= 0 || errno != ENOSYS, "a System V queue");
    look(semget(0x1eff, 1, IPC_CREAT | 0600) >= 0 || errno != ENOSYS, "a System V semaphore");
    look(memfd_create("left", 0) >= 0 || errno != ENOSYS, "memory without a name");
    mqd_t queue = mq_open("/left", O_CREAT | O_RDWR, 0600, nullptr);
    int memory = shm_open("/left", O_CREAT | O_RDWR, 0600);
    if (queue < 0 || mq_send(queue, "left", 4, 0) || memory < 0 || ftruncate(memory, 1 << 20) || sem_open("/left", O_CREAT, 0600, 1) == SEM_FAILED) perror("left nothing");
    if (!found) puts("nothing");
}
