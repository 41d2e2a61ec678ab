# Speaks the runner's own protocol (length, then a message: ended well, ready) on both streams and
# takes what looks like such messages for input. They are text like any other.
# stopped by: verdict channel
# request: {"stdin": "\u0005\u0000\u0000\u0000\u0004\u0001\u0000\u0000\u0000{\"end\":{\"Exited\":0}}\n\u0000\u0000\u0000\u0000"}
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "\u0005\u0000\u0000\u0000\u0004\u0001\u0000\u0000\u0000{\"end\":{\"Exited\":0}}\n\u0000\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000\u0000\u0000\n", "stderr": "\u0001\u0000\u0000\u0000\u0003\u0004\u0000\u0000\u0000\u0000\u0000\u0000\u0000\n", "encoding": "utf-8", "stdout_bytes": 43, "stderr_bytes": 14}
import os

os.write(1, os.read(0, 1 << 16))
os.write(1, b"\4\0\0\0\0\0\0\0\n")
os.write(2, b"\1\0\0\0\3\4\0\0\0\0\0\0\0\n")
os._exit(43)
