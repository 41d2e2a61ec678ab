# Overflows the stack of a library that nests as deep as its input does: the program's own end, not the runner's.
# stopped by: rlimits
# expect: {"status": "runtime_error", "limit": null, "exit_code": null, "signal": "SIGSEGV", "stdout": "on\n", "stderr": ""}
import ctypes
print("on", flush=True)
print(ctypes.CDLL(None).regcomp(ctypes.create_string_buffer(256), b"(" * 3_000_000, 1))
