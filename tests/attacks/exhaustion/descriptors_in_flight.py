# Descriptors that no process has: sent over local sockets that nobody reads, the sockets themselves among them.
# stopped by: rlimits
# request: {"limits": {"open_files": 64}}
# expect: {"status": "ok", "stdout": "Too many references: cannot splice\n", "stderr": ""}
import os, socket
sent = 0
try:
    while sent < 5000:
        a, b = socket.socketpair()
        for i in range(10):
            socket.send_fds(a, [b"x"], [a.fileno(), b.fileno()] + [os.open("/work/main.py", os.O_RDONLY)] * 20)
            sent += 22
        a.close(), b.close()
    print(sent, "in flight")
except OSError as e:
    print(e.strerror if sent < 400 else f"{sent} in flight")
