# Grows one object without end, after a first try that no machine has memory for, which it handles.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 67108864}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "MemoryError\n", "stderr": ""}
grown = bytearray(b"x")
try:
    grown *= 1 << 62
except MemoryError:
    print("MemoryError", flush=True)
while True:
    grown *= 2
