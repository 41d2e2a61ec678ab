# Leaves somebody who listens: on TCP, on UDP, on named and unnamed local sockets.
# hole: containerd, CVE-2020-15257: a local socket without a file was within reach of every container on the host's network
# stopped by: namespaces, scratch
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "usage": {"wall_ms": {"most": 2000}}}
# takes_at_most_ms: 4000
import os, socket, time

places = [(socket.AF_INET, ("127.0.0.1", 45871)), (socket.AF_INET6, ("::1", 45871)), (socket.AF_UNIX, "\0left"),
          (socket.AF_UNIX, "/tmp/left.sock"), (socket.AF_UNIX, "/dev/shm/left.sock")]
found = []
for family, address in places:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        s = socket.socket(family, kind)
        s.settimeout(0.2)
        try:
            s.connect(address)
            s.send(b"who is there?")
            found.append(f"{address}: {s.recv(99)!r}")
        except OSError as e:
            if not isinstance(e, (ConnectionRefusedError, FileNotFoundError)):
                found.append(f"{address}: {e}")
print("\n".join(found) or "nothing", flush=True)
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    held = []
    for family, address in places:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            held.append(socket.socket(family, kind))
            try:
                held[-1].bind(address)
                held[-1].listen()
            except OSError:
                pass
    os.write(w, b"x")
    time.sleep(60)
os.read(r, 1)
