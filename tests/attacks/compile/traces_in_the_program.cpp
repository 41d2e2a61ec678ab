// Looks into its own program for what the compiler may have written there: folders of the host, the server's word,
// names of the compiler's own files.
// stopped by: compiler, outer root
// expect: {"status": "ok", "stdout": "main.cpp\nnothing\n", "stderr": ""}
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
int main(int, char** argv) {
    static char own[1 << 20];
    int fd = open("/proc/self/exe", O_RDONLY), found = 0;
    long size = read(fd, own, sizeof own);
    puts(__FILE__);
    // in two pieces, or they would be in the program for that
    char names[][16] = {"/ro_ot", "/ho_me/", "/tm_p/", "/wo_rk", "/op_t/", "/va_r/", "war_mbox", "docke_r"};
    for (char* name : names) {
        char* gap = strchr(name, '_');
        memmove(gap, gap + 1, strlen(gap));
        if (memmem(own, size, name, strlen(name))) found++, puts(name);
    }
    if (memmem(own, size, argv[3], strlen(argv[3]))) found++, puts(argv[3]);
    if (!found && size > 4096) puts("nothing");
}
