// Starts threads until the kernel refuses, and does not cope with that.
// expect: {"status": "process_limit", "limit": "processes"}
#include <chrono>
#include <thread>
int main() {
    for (;;) std::thread([] { std::this_thread::sleep_for(std::chrono::hours(1)); }).detach();
}
