# Listens on one abstract name, calls the same name, and reads the list of all local sockets: only its own voice may answer.
# hole: CVE-2020-15257 (containerd): abstract names are the network namespace's, and that was the host's
# stopped by: network
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, socket, sys, time

found = []
me = sys.argv[1].encode()
listeners = []
for name, kind in ((b"\0warmbox-channel", socket.SOCK_STREAM), (b"\0warmbox-datagrams", socket.SOCK_DGRAM), (b"\0mark-" + me, socket.SOCK_STREAM)):
    s = socket.socket(socket.AF_UNIX, kind)
    s.setblocking(False)
    try:
        s.bind(name)
        kind == socket.SOCK_STREAM and s.listen(16)
    except OSError as e:
        found.append(f"{name}: {e}")
    listeners.append(s)
time.sleep(0.1)
for _ in range(5):
    c = socket.socket(socket.AF_UNIX)
    c.connect(b"\0warmbox-channel")
    c.send(me)
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(me, b"\0warmbox-datagrams")
    time.sleep(0.02)
heard = 0
for _ in range(20):
    try:
        heard += 1
        caller = listeners[0].accept()[0]
        if (said := caller.recv(99)) != me:
            found.append(f"heard {said}")
        pid, uid, gid = (int.from_bytes(caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[i:i + 4], "little") for i in (0, 4, 8))
        if (pid, uid, gid) != (os.getpid(), 1000, 1000):
            found.append(f"called by {pid} {uid} {gid}")
        if (said := listeners[1].recv(99)) != me:
            found.append(f"datagram {said}")
    except BlockingIOError:
        break
if heard != 6:
    found.append(f"heard {heard - 1} of 5")
for line in open("/proc/net/unix").readlines()[1:]:
    if len(line.split()) > 7 and line.split()[7] not in ("@warmbox-channel", "@warmbox-datagrams", "@mark-" + sys.argv[1]):
        found.append(line.strip())
print("\n".join(found) or "nothing")
