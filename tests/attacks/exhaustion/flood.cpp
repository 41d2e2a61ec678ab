// Writes for ever, as fast as it can: the clock must go on meanwhile.
// stopped by: output, wall clock
// request: {"limits": {"wall_ms": 700}}
// expect: {"status": "time_limit", "limit": "wall_ms", "truncated": true, "usage": {"wall_ms": {"most": 3000}}}
#include <unistd.h>
int main() {
    static char b[1 << 16];
    for (;;) write(1, b, sizeof b), write(2, b, sizeof b);
}
