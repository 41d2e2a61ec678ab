// Writes over the program that is being executed, replaces it by a link and by another program, and looks
// for anything of the compile stage that could be changed for the next one.
// hole: runc CVE-2019-5736: the program that was being executed could be written to through /proc/self/exe
// hole: SandboxFusion: user code could overwrite /bin/bash, which the next run was started with
// hole: CVE-2024-28185 (Judge0): what the compile stage left was written to before the run stage
// stopped by: compiler, outer root, scratch
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "main\nmain.cpp\n", "stderr": "", "images": [], "images_omitted": 0}
#include <initializer_list>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
static void refused(const char* path, int flags) {
    errno = 0;
    int fd = open(path, flags);
    if (fd >= 0 || (errno != ETXTBSY && errno != EROFS && errno != EACCES && errno != EPERM && errno != ENOENT)) printf("%s: %d %s\n", path, fd, strerror(errno));
}
int main() {
    for (const char* path : {"/proc/self/exe", "/work/main", "/bin/bash", "/bin/sh", "/usr/bin/g++", "/usr/bin/as", "/usr/bin/ld", "/usr/bin/python3", "/lib64/ld-linux-x86-64.so.2",
                             "/opt/warmbox/sitecustomize.py", "/etc/ld.so.cache", "/etc/ld.so.preload", "/proc/1/exe", "/proc/1/root/work/main"})
        refused(path, O_WRONLY), refused(path, O_RDWR | O_TRUNC);
    dirent** names;
    int count = scandir("/work", &names, [](const dirent* entry) -> int { return entry->d_name[0] != '.'; }, alphasort);
    for (int i = 0; i < count; i++) puts(names[i]->d_name);
    unlink("/work/main");
    symlink("/bin/sh", "/work/main");
    unlink("/work/main.cpp");
    symlink("/etc/passwd", "/work/main.cpp");
    return 43;
}
