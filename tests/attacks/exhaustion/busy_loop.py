# Computes for ever, deaf to the signal that tells of the CPU limit.
# stopped by: meter, rlimits
# request: {"limits": {"cpu_ms": 200}}
# expect: {"status": "time_limit", "limit": "cpu_ms", "exit_code": null, "stdout": "on\n", "stderr": "", "usage": {"cpu_ms": {"most": 400}}}
# takes_at_most_ms: 4000
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
print("on", flush=True)
while True:
    pass
