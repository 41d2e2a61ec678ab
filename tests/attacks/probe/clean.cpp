// Looks for anything that an earlier run on this runner may have left.
// expect: {"status": "ok", "stdout": "clean\n", "stderr": "", "images": []}
#include <initializer_list>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <unistd.h>

int main() {
    int found = 0;
    if (DIR* d = opendir("/proc"))
        while (dirent* e = readdir(d))
            if (int pid = atoi(e->d_name))
                if (pid != 1 && pid != getpid()) found++, printf("process %d\n", pid);
    for (const char* folder : {"/tmp", "/var/tmp", "/dev/shm", "/work", "/run/figures"})
        if (DIR* d = opendir(folder)) {
            while (dirent* e = readdir(d)) {
                const char* n = e->d_name;
                bool ours = !strcmp(folder, "/work") && (!strcmp(n, "main") || !strcmp(n, "main.cpp"));
                if (strcmp(n, ".") && strcmp(n, "..") && !ours) found++, printf("%s/%s\n", folder, n);
            }
            closedir(d);
        }
    for (const char* table : {"/proc/net/tcp", "/proc/net/udp", "/proc/net/unix", "/proc/sysvipc/shm", "/proc/sysvipc/sem"})
        if (FILE* f = fopen(table, "r")) {
            char line[999];
            for (int i = 0; fgets(line, sizeof line, f); i++)
                // a socket without a name can be reached by nobody; a sandbox is steered by one
                if (i && (!strstr(table, "unix") || strpbrk(line, "/@"))) found++, printf("%s %s", table, line);
            fclose(f);
        }
    for (int fd = 3; fd < 256; fd++) {
        char link[64], target[256] = {0};
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        if (readlink(link, target, 255) > 0 && !strstr(target, "/proc")) found++, printf("descriptor %s\n", target);
    }
    if (!found) puts("clean");
}
