// Writes a forged verdict to every descriptor there could be, and looks for one that it was left.
// hole: isolate 9703e91 (2015): the result file's descriptor was open in the box, and the program wrote its own verdict
// hole: go-judge v0.9.5 to v1.1.4 (retracted): descriptors leaked into the program while another was being started
// stopped by: descriptors, verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "nothing\n", "stderr": ""}
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
int main() {
    const char ended_well[81] = {1};  // the report of a program that ended with status 0
    bool found = false;
    for (int fd = 0; fd < 4096; fd++) {
        if (fd == 1 || fd == 2) continue;
        bool is_open = fcntl(fd, F_GETFD) >= 0;
        if (is_open && fd > 2) found = true, printf("descriptor %d\n", fd);
        if (write(fd, ended_well, sizeof ended_well) >= 0) found = true, printf("wrote to %d\n", fd);
        if (send(fd, ended_well, sizeof ended_well, MSG_DONTWAIT) >= 0) found = true, printf("sent to %d\n", fd);
    }
    if (!found) puts("nothing");
    return 43;
}
