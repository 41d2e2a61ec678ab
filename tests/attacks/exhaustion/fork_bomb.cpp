// Forks for ever, in every child as well.
// stopped by: rlimits, cgroup, wall clock
// request: {"limits": {"wall_ms": 700}}
// expect: {"status": {"any": ["process_limit", "time_limit"]}, "limit": {"any": ["processes", "wall_ms"]}, "stdout": ""}
#include <unistd.h>
int main() {
    for (;;) fork();
}
