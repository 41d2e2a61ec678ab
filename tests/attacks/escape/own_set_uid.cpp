// Makes itself a set-uid and set-gid program, puts the set-gid bit on its folders, and executes programs of the
// system that are set-uid with libraries and auditors of its own.
// hole: Piston 0da1cd5: a set-uid child hid from the clean-up; CVE-2023-4911 (glibc): settings of the loader in set-uid programs
// stopped by: no privileges, identities
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char** arguments) {
    if (count == 1) return geteuid() != 1000 || getegid() != 1000 || getauxval(AT_SECURE) ? puts("somebody else"), 0 : 0; // the copy
    char buffer[4096];
    for (const char* place : {"/work/copy", "/tmp/copy", "/dev/shm/copy", "/run/figures/copy"}) {
        int from = open("/proc/self/exe", O_RDONLY), to = open(place, O_CREAT | O_WRONLY, 0700), n;
        while ((n = read(from, buffer, sizeof buffer)) > 0) write(to, buffer, n);
        close(from), close(to);
        for (int mode : {04755, 02755, 06755, 06711}) {
            chown(place, -1, 1000), chmod(place, mode);
            fflush(stdout);
            if (!fork()) execl(place, place, (char*)0), _exit(0);
            else wait(0);
        }
        *strrchr(strcpy(buffer, place), '/') = 0;
        struct statvfs about;
        if (statvfs(buffer, &about) || !(about.f_flag & ST_NOSUID)) printf("%s honours set-uid\n", buffer);
        chmod(buffer, 02777);
        strcat(buffer, "/child"), mkdir(buffer, 0700);
        struct stat found;
        if (stat(buffer, &found) || found.st_gid != 1000 || found.st_uid != 1000) printf("%s belongs to %d %d\n", buffer, found.st_uid, found.st_gid);
    }
    setenv("LD_PRELOAD", "/work/none.so", 1), setenv("LD_AUDIT", "/work/none.so", 1), setenv("GLIBC_TUNABLES", "glibc.malloc.mxfast=glibc.malloc.mxfast=A", 1);
    int null = open("/dev/null", O_RDWR);
    for (const char* program : {"/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd", "/usr/bin/newuidmap"}) {
        struct stat found;
        if (stat(program, &found) || !(found.st_mode & 04000)) continue;
        if (found.st_uid == 0) puts("root exists"); // its uid has no name in here
        int ends[2], status;
        pipe(ends);
        int child = fork();
        if (!child) dup2(null, 0), dup2(null, 1), dup2(ends[1], 2), close(ends[0]), close(ends[1]), execl(program, program, "--version", (char*)0), _exit(0);
        close(ends[1]);
        int n = read(ends[0], buffer, sizeof buffer - 1);
        buffer[n > 0 ? n : 0] = 0;
        if (!strstr(buffer, "none.so")) printf("%s ignored our library: it ran as another\n", program); // only a set-uid program ignores it
        close(ends[0]), waitpid(child, &status, 0);
    }
    puts("nothing");
}
