// Looks for anything of the host that a program could read; its second argument is a file there.
// stopped by: outer root, proc, namespaces
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
extern char** environ;
int main(int, char** argv) {
    int found = 0;
    char buffer[1 << 16];
    for (const char* path : {(const char*)argv[2], "/etc/shadow", "/etc/hostname", "/etc/machine-id", "/proc/1/environ", "/proc/1/mem",
                             "/proc/kcore", "/proc/kallsyms", "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/var/run/docker.sock"}) {
        int fd = open(path, O_RDONLY);
        if (fd >= 0 && read(fd, buffer, 64) > 0) found++, printf("read %s\n", path);
    }
    for (const char* path : {"/root", "/home", "/proc/1/root", "/proc/1/cwd", "/proc/1/fd", "/sys", "/boot"})
        if (DIR* d = opendir(path))
            while (dirent* e = readdir(d))
                if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) found++, printf("%s/%s\n", path, e->d_name);
    // up and out by every road
    for (const char* start : {"", "/proc/self/cwd/", "/proc/self/root/"}) {
        strcpy(buffer, start);
        for (int i = 0; i < 64; i++) strcat(buffer, "../");
        strcat(buffer, argv[2] + 1);
        if (open(buffer, O_RDONLY) >= 0) found++, printf("read by %s\n", buffer);
    }
    for (char** e = environ; *e; e++)
        if (strstr(*e, argv[3])) found++, puts(*e);
    if (!found) puts("nothing");
}
