// Sees to it that under memory pressure others are killed first: lowers its own score by both files, for itself,
// its child and the first process. (Down to 0 is allowed, and said in SECURITY.md; below that nobody may.)
// stopped by: no privileges, identities
// expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
#include <initializer_list>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
static int score(const char* file) {
    char text[16] = "?";
    if (read(open(file, O_RDONLY), text, 15) < 1) puts("no score");
    return atoi(text);
}
int main() {
    int child = fork();
    if (!child) for (;;) pause();
    if (score("/proc/self/oom_score_adj") != 1000) printf("begins with %d\n", score("/proc/self/oom_score_adj"));
    char own[16], path[64];
    snprintf(own, sizeof own, "%d", child);
    for (const char* who : {"self", "thread-self", (const char*)own, "1", "1/task/1"})
        for (const char* value : {"-1", "-16", "-17", "-500", "-1000", "0x-1", "-999999"})
            for (const char* name : {"oom_score_adj", "oom_adj"}) {
                snprintf(path, sizeof path, "/proc/%s/%s", who, name);
                if (write(open(path, O_WRONLY), value, strlen(value)) > 0) printf("%s is %s\n", path, value);
            }
    for (const char* worse : {"/proc/1/oom_score_adj", "/proc/1/oom_adj"})
        if (write(open(worse, O_WRONLY), "15", 2) > 0) puts("the first process goes before it");
    if (score("/proc/self/oom_score_adj") < 0) puts("has a score below 0");
    kill(child, SIGKILL);
    puts("nothing");
}
