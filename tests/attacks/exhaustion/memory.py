# Takes a gibibyte and touches every page of it.
# stopped by: cgroup, meter
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "on\n"}
print("on", flush=True)
b = b"x" * (1 << 30)
print(len(b))
