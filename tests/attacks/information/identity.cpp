// Asks the kernel, not the tables, who it is: capabilities by capget and by every question of prctl, and the same in a
// thread and in a child that was executed anew; then what it would take to get any back.
// hole: CVE-2022-24769 (Docker): programs started with inheritable capabilities
// hole: CVE-2025-2713 (gVisor): a program kept root until its first fork
// stopped by: no privileges, filter
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
static int found;
#define CHECK(what) if (!(what)) found++, printf("%s: %s (%d)\n", where, #what, errno)
static void* look(void* name) {
    const char* where = (const char*)name;
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[2]{};
    CHECK(!syscall(SYS_capget, &head, sets));
    for (auto& s : sets) CHECK(!s.effective && !s.permitted && !s.inheritable);
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
        CHECK(prctl(PR_CAPBSET_READ, cap) == 0);
        CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 0);
        CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0);
    }
    CHECK(prctl(PR_CAPBSET_READ, 0) == 0);
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) < 0);
    CHECK(prctl(PR_GET_SECCOMP) == 2);
    CHECK(prctl(PR_GET_KEEPCAPS) == 0);
    CHECK(prctl(PR_SET_KEEPCAPS, 1) < 0 && errno == EPERM);
    CHECK(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS) < 0 && errno == EPERM);
    sets[0].effective = sets[0].permitted = ~0u;
    CHECK(syscall(SYS_capset, &head, sets) < 0 && errno == EPERM);
    gid_t groups[64];
    int count = getgroups(64, groups);
    CHECK(count >= 0);
    for (int i = 0; i < count; i++) CHECK(groups[i] == 1000 || groups[i] == 65534);
    groups[0] = 0;
    CHECK(syscall(SYS_setgroups, 1, groups) < 0);
    CHECK(syscall(SYS_setresuid, 0, 0, 0) < 0);
    CHECK(syscall(SYS_setresgid, 0, 0, 0) < 0);
    CHECK(geteuid() == 1000 && getegid() == 1000);
    CHECK(syscall(SYS_setfsuid, 0) == 1000 && syscall(SYS_setfsuid, -1) == 1000);
    return nullptr;
}
int main(int count, char**) {
    look((void*)(count > 1 ? "at first" : "executed anew"));
    pthread_t thread;
    if (pthread_create(&thread, nullptr, look, (void*)"in a thread") || pthread_join(thread, nullptr)) found++, puts("no thread");
    fflush(stdout);
    if (count > 1 && !found) execl("/proc/self/exe", "main", (char*)0), found++;
    if (!found) puts("nothing");
}
