# Generators that ask themselves, as deep as an interpreter without its own limit goes.
# stopped by: rlimits, cgroup, meter
# request: {"limits": {"memory_bytes": 67108864}}
# expect: {"status": {"any": ["runtime_error", "memory_limit"]}, "signal": {"any": ["SIGSEGV", "SIGKILL", null]}, "stdout": "on\n"}
import sys
sys.setrecursionlimit(1 << 30)
print("on", flush=True)


def deeper():
    yield from deeper()


print(next(deeper()))
