# Local sockets, their buffers made as large as they get, and filled: memory of the kernel's.
# stopped by: cgroup, rlimits
# request: {"limits": {"open_files": 43, "memory_bytes": 50331648}}
# expect: {"status": {"any": ["memory_limit", "ok"]}, "stdout": {"any": ["", "Too many open files\n"]}, "stderr": ""}
import socket
held = []
try:
    while True:
        held.append(pair := socket.socketpair())
        for end in pair:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
            end.setblocking(False)
            try:
                while end.send(bytes(1 << 16)):
                    pass
            except BlockingIOError:
                pass
except OSError as e:
    print(e.strerror if len(held) <= 20 else len(held))
