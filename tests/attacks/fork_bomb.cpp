// Forks for ever, in every child as well.
// request: {"limits": {"wall_ms": 1500}}
// expect: {"status": {"any": ["process_limit", "time_limit"]}}
#include <unistd.h>
int main() {
    for (;;) fork();
}
