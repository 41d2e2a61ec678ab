# Raises MemoryError though there is plenty: an ordinary failure, not the memory limit.
# stopped by: verdict channel, meter
# expect: {"status": "runtime_error", "limit": null, "exit_code": 1, "signal": null, "stdout": "", "stderr": {"has": ["Traceback", "MemoryError: std::bad_alloc"]}}
raise MemoryError("std::bad_alloc")
