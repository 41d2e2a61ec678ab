# Takes the same TCP and UDP ports on loopback as the run beside it, in both address families, and calls them: each has its own
# loopback, so that both get the port and hear themselves only.
# stopped by: network
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import socket, sys, time

found = []
me = sys.argv[1].encode()
ears = []
for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET, "127.7.7.7"), (socket.AF_INET6, "::1")):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for port in (45871, 5001, 80):
            try:
                s = socket.socket(family, kind)
                s.setblocking(False)
                s.bind((address, port + (address == "127.7.7.7")))
                kind == socket.SOCK_STREAM and s.listen(9)
                ears.append((family, kind, address, port + (address == "127.7.7.7"), s))
            except PermissionError:  # of a port below 1024
                s.close()
            except OSError as e:
                if not (family == socket.AF_INET6 and e.errno in (97, 99)):  # a kernel without it
                    found.append(f"{address} {port}: {e}")
time.sleep(0.1)
for family, kind, address, port, s in ears:
    with socket.socket(family, kind) as c:
        c.connect(("127.0.0.1" if address == "0.0.0.0" else address, port))
        c.send(me)
time.sleep(0.15)
for family, kind, address, port, s in ears:
    said = []
    try:
        while True:
            said.append(s.recv(99) if kind == socket.SOCK_DGRAM else s.accept()[0].recv(99))
    except BlockingIOError:
        pass
    if said != [me]:
        found.append(f"{kind.name} {address} {port}: {said}")
open_ports = 0
for table in ("tcp", "tcp6", "udp", "udp6"):
    for line in open("/proc/net/" + table).readlines()[1:]:
        open_ports += line.split()[3] in ("0A", "07")
if open_ports != len(ears):
    found.append(f"{open_ports} ports are open, of which {len(ears)} are its own")
print("\n".join(found) or "nothing")
