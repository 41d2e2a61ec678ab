// A second thread executes the program anew, which takes over the first one's number; that one
// then ends with 43 after making itself another name, session, group and keeper of orphans.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "again\n", "stderr": ""}
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>
static void* anew(void*) {
    setenv("AGAIN", "1", 1);
    execl("/work/main", "warmbox-supervisor", "runner", nullptr);
    _exit(1);
}
int main() {
    if (getenv("AGAIN")) {
        prctl(PR_SET_NAME, "warmbox-supervi");
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        prctl(PR_SET_PDEATHSIG, 0);
        setsid(), setpgid(0, 0);
        if (!fork()) _exit(0);
        puts("again");
        return 43;
    }
    pthread_t thread;
    pthread_create(&thread, nullptr, anew, nullptr);
    pthread_exit(nullptr);
}
