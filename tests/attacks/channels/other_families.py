# Talks by families of sockets that know no namespaces or reach the machine's supervisor of virtual machines: the same address for
# both runs, on every such family.
# hole: 2.6 (isolate), moby 44562 (Docker): AF_VSOCK passes every network namespace
# stopped by: filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, socket, time

found = []
kept = []
for family in [40, 16, 30, 31, 38, 15, 17, 44, 21, 29, 41, 42, 43, 45] + list(range(3, 10)) + list(range(11, 40)):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW, socket.SOCK_RDM):
        for protocol in (0, 1, 15):
            try:
                s = socket.socket(family, kind, protocol)
            except OSError as e:
                if e.errno != errno.EPERM:
                    found.append(f"family {family} {kind.name}: {e}")
                continue
            kept.append(s)
            found.append(f"family {family} {kind.name} {protocol}")
for protocol in (132, 136, 33, 262, 255, 1, 58):  # streams and datagrams of weak protocols in the allowed families
    for family in (socket.AF_INET, socket.AF_INET6):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW, 6):
            try:
                kept.append(socket.socket(family, kind, protocol))
                found.append(f"protocol {protocol} in {family}")
            except OSError as e:
                if e.errno != errno.EPERM:
                    found.append(f"protocol {protocol} in {family}: {e}")
time.sleep(0.1)
print("\n".join(dict.fromkeys(found)) or "nothing")
