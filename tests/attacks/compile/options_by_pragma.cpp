// Options for the compiler by pragma and attribute: a plug-in, a wrapper, dumps to files. None is taken, and none of the files is there.
// stopped by: compiler
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "compile": {"status": "ok", "stderr": {"has": ["bad option ‘-fplugin=/tmp/x.so’", "bad option ‘-wrapper’"]}}}
#include <initializer_list>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#pragma GCC optimize("-fplugin=/tmp/x.so", "-wrapper", "-fdump-tree-all", "-save-temps", "-B/tmp")
__attribute__((optimize("-fplugin=/tmp/x.so"))) int f() { return 1; }
int main() {
    int found = 0;
    for (const char* folder : {"/work", "/tmp"})
        if (DIR* d = opendir(folder))
            while (dirent* e = readdir(d))
                if (*e->d_name != '.' && strcmp(e->d_name, "main") && strcmp(e->d_name, "main.cpp")) found++, printf("%s/%s\n", folder, e->d_name);
    if (!found) puts("nothing");
}
