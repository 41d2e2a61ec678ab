// Looks for anything of the host that a program could read; its second argument is a file there.
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string>
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
    std::string up;
    for (int i = 0; i < 64; i++) up += "../";
    for (std::string road : {up, std::string("/proc/self/cwd/") + up, std::string("/proc/self/root/") + up}) {
        int fd = open((road + (argv[2] + 1)).c_str(), O_RDONLY);
        if (fd >= 0) found++, printf("read by %s\n", road.c_str());
    }
    for (char** e = environ; *e; e++)
        if (strstr(*e, argv[3])) found++, puts(*e);
    if (!found) puts("nothing");
}
