// Looks at the environment of a compiled program, made from nothing: exactly our names and values, after the program
// was executed anew too, and nothing above it on the stack but the program's own path.
// hole: issue 564 (Judge0): the worker's environment; PR 46 (inflexa): a signing secret in the observed program's environment
// stopped by: outer root
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <cstdio>
#include <cstring>
#include <sys/auxv.h>
#include <unistd.h>
extern char** environ;
const char* const wanted[] = {"HOME=/tmp", "LANG=C.UTF-8", "LOGNAME=sandbox", "PATH=/usr/local/bin:/usr/bin:/bin", "TMPDIR=/tmp", "TZ=UTC", "USER=sandbox"};
int main(int count, char** argv) {
    int found = 0, entries = 0;
    const char* end = argv[count - 1];
    for (char** e = environ; *e; e++, entries++) {
        bool right = false;
        for (auto w : wanted) right |= !strcmp(*e, w);
        if (!right) found++, puts(*e);
        end = *e;
    }
    if (entries != 7) found++, printf("%d entries\n", entries);
    // what follows on the stack: the path by which it was executed, then eight bytes of nothing
    const char* path = (const char*)getauxval(AT_EXECFN);
    end += strlen(end) + 1;
    if (path != end || (strcmp(path, "./main") && strcmp(path, "/work/main"))) found++, printf("then %s\n", end);
    for (const char* p = path + strlen(path) + 1; (size_t)p % 4096; p++)
        if (*p) found++, printf("%td: %d\n", p - path, *p);
    for (int key : {AT_UID, AT_EUID, AT_GID, AT_EGID})
        if (getauxval(key) != 1000) found++, printf("%d is %lu\n", key, getauxval(key));
    if (getauxval(AT_SECURE)) found++, puts("secure execution");
    FILE* f = fopen("/proc/self/environ", "r");
    char text[4096];
    size_t size = f ? fread(text, 1, sizeof text, f) : 0, bytes = 0;
    for (auto w : wanted) bytes += strlen(w) + 1;
    if (size != bytes) found++, printf("/proc/self/environ has %zu bytes\n", size);
    if (count > 3 && !found) execl("/work/main", "main", "again", (char*)0);
    if (!found) puts("nothing");
}
