# An array by numpy of twice what is allowed, asked for as zeros (which take nothing), then written.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 134217728}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "zeros\n", "stderr": ""}
import numpy
array = numpy.zeros((256, 1 << 17))
print("zeros", flush=True)
array += 1
print(array.sum())
