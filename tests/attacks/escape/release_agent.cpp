// The way out through cgroups of version 1: mount one in a user namespace, name a program as its release agent,
// empty the group, and the host's kernel starts that program as root. Each step by itself, and version 2 as well.
// hole: CVE-2022-0492 (Linux)
// stopped by: filter, no user namespaces, no privileges
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static void refused(const char* name, const char* what, long result) {
    if (result < 0 && errno == EPERM) return;
    printf("%s %s: %ld errno %d\n", name, what, result, errno);
}
int main() {
    refused("unshare", "user and mounts", unshare(CLONE_NEWUSER | CLONE_NEWNS));
    refused("unshare", "user, mounts and cgroup", unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP));
    mkdir("/tmp/group", 0700);
    for (const char* kind : {"rdma", "memory", "pids", "cpuset", "freezer", "none,name=mine", "all"}) refused("mount", kind, mount("cgroup", "/tmp/group", "cgroup", 0, kind));
    refused("mount", "version 2", mount("cgroup2", "/tmp/group", "cgroup2", 0, 0));
    long context = syscall(SYS_fsopen, "cgroup", 0);
    refused("fsopen", "cgroup", context);
    if (!mkdir("/tmp/group/x", 0700) && open("/tmp/group/x/notify_on_release", O_WRONLY) >= 0) puts("has a group to release");
    char line[512], path[600];
    FILE* groups = fopen("/proc/self/cgroup", "r");
    while (groups && fgets(line, sizeof line, groups)) { // which groups are we in: no path of the host's, and none to go to
        line[strcspn(line, "\n")] = 0;
        const char* place = strrchr(line, ':');
        if (place && strcmp(place, ":/")) printf("knows its place %s\n", line);
        for (const char* file : {"release_agent", "cgroup.procs", "notify_on_release", "tasks", "devices.allow"}) {
            snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", place ? place + 1 : "", file);
            if (open(path, O_WRONLY) >= 0 || open(path, O_RDONLY) >= 0) printf("opened %s\n", path);
        }
    }
    puts("nothing");
}
