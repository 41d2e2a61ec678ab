// Starts threads until the kernel refuses, holds them for a moment, and does not cope. (Without
// a cgroup a refusal is known only from what the meter sees, so a shorter one may go unnamed.)
// stopped by: rlimits, cgroup
// expect: {"status": "process_limit", "limit": "processes"}
#include <chrono>
#include <system_error>
#include <thread>
int main() {
    try {
        for (;;) std::thread([] { std::this_thread::sleep_for(std::chrono::hours(1)); }).detach();
    } catch (const std::system_error&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        throw;
    }
}
