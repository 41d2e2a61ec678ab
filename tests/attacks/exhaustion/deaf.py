# Blocks and ignores every signal that can be, in itself and in children of their own groups, and computes.
# stopped by: meter
# request: {"limits": {"cpu_ms": 200, "wall_ms": 5000}}
# expect: {"status": "time_limit", "limit": "cpu_ms", "stdout": "on\n", "stderr": ""}
# takes_at_most_ms: 4000
import os, signal
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
print("on", flush=True)
for i in range(4):
    if os.fork() == 0:
        os.setpgid(0, 0)
while True:
    os.kill(0, signal.SIGTERM)
