// Leaves headers, objects and precompiled headers wherever it can; the compiler of the next run looks for them first.
// hole: QingdaoU OnlineJudge 165 (2018): what one run had written to /tmp, the next included
// stopped by: scratch, compiler
// expect: {"status": "ok", "stdout": "nothing\n4 left\n", "stderr": "", "compile": {"status": "ok", "stderr": ""}}
#include <initializer_list>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>
int main() {
    int left = 0, found = 0;
#if __has_include("/work/left.h") || __has_include("/tmp/left.h") || __has_include("/dev/shm/left.h") || __has_include("/run/figures/left.h") || __has_include("/var/tmp/left.h")
    found++, puts("a header");
#endif
#if __has_include("left.h") || __has_include(<left.h>) || __has_include("/work/main.cpp.gch") || __has_include("/tmp/main.o")
    found++, puts("an object");
#endif
#if __has_include("/work/main") || __has_include("main")
    found++, puts("a program");
#endif
    if (!found) puts("nothing");
    for (const char* folder : {"/work", "/tmp", "/dev/shm", "/run/figures", "/var/tmp", "/usr/include", "/usr/local/include"}) {
        if (chdir(folder)) continue;
        for (const char* name : {"left.h", "main.cpp.gch", "main.o"}) close(open(name, O_CREAT | O_WRONLY, 0644));
        left += !access("left.h", F_OK);
    }
    printf("%d left\n", left);
}
