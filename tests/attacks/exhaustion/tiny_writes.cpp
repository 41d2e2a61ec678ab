// One byte to each stream in turn, for ever: every write to standard error waits for the supervisor, and each byte is a
// piece of its own.
// stopped by: wall clock, output
// request: {"limits": {"wall_ms": 500}}
// expect: {"status": "time_limit", "limit": "wall_ms", "exit_code": null, "signal": null, "usage": {"wall_ms": {"most": 1500}}}
#include <unistd.h>
int main() {
    for (;;) write(1, "o", 1), write(2, "e", 1);
}
