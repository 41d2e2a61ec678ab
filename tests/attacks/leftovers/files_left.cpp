// Leaves files, folders without rights, links, pipes and sockets; looks first for those of an earlier run.
// stopped by: scratch, outer root
// expect: {"status": "ok", "stdout": "wrote /work\nwrote /tmp\nwrote /dev/shm\nwrote /run/figures\nnothing\n", "stderr": "", "images": []}
#include <initializer_list>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
int main() {
    int found = 0;
    for (const char* folder : {"/work", "/tmp", "/dev/shm", "/run/figures", "/var/tmp", "/run", "/dev", "/etc", "/usr/lib", "/"}) {
        if (DIR* d = opendir(folder))
            while (dirent* e = readdir(d))
                if (!strncmp(e->d_name, "left", 4)) found++, printf("%s/%s\n", folder, e->d_name);
        if (chdir(folder)) continue;
        int fd = open("left", O_CREAT | O_RDWR, 0);
        if (fd < 0) continue;
        printf("wrote %s\n", folder);
        write(fd, "x", 1), fallocate(fd, 0, 0, 1 << 20), link("left", "left-again"), link("/usr/bin/env", "left-env");
        mkdir("left-shut", 0700), mkdir("left-shut/in", 0), chmod("left-shut", 0);
        symlink("/etc/passwd", "left-link"), mkfifo("left-pipe", 0), mknod("left-socket", S_IFSOCK, 0);
    }
    struct statvfs room;
    statvfs("/tmp", &room);
    // four files of a mebibyte, its source and program, and nothing that an earlier run still holds
    if ((room.f_blocks - room.f_bfree) * room.f_frsize > 5 << 20) found++, puts("the room of an earlier run");
    if (!found) puts("nothing");
}
