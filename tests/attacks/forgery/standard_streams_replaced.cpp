// Closes 0, 1 and 2, opens files under these numbers and writes there what must not be taken for
// output; then gives back what it wrote at first.
// stopped by: verdict channel, files out
// expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "before\n", "stderr": "", "stdout_bytes": 7, "stderr_bytes": 0, "images": ["data:image/png;base64,Zm9yZ2Vk"]}
#include <fcntl.h>
#include <unistd.h>
int main() {
    write(1, "before\n", 7);
    for (int fd = 0; fd < 3; fd++) close(fd);
    open("/work/0", O_CREAT | O_RDWR, 0600);
    open("/work/1.png", O_CREAT | O_RDWR, 0600);
    open("/work/2.txt", O_CREAT | O_RDWR, 0600);
    write(1, "forged", 6);
    write(2, "forged", 6);
    _exit(43);
}
