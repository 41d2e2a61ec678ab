# Calls into the round: multicast and broadcast on loopback in both address families, of which it hears itself, and listens
# for the run beside it, also below the sockets, where every packet of an interface passes.
# stopped by: network, filter
# expect: {"status": "ok", "stdout": "itself\n", "stderr": ""}
import errno, socket, struct, sys, time

found = []
me = sys.argv[1].encode()
for family, kind, protocol in ((17, socket.SOCK_RAW, 0x300), (17, socket.SOCK_DGRAM, 0x300), (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP),
                               (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP), (socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)):
    try:
        socket.socket(family, kind, protocol)
        found.append(f"listens below the sockets by {family} {kind.name} {protocol}")
    except OSError as e:
        if e.errno != errno.EPERM:
            found.append(f"{family} {kind.name} {protocol}: {e}")
ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
ear.bind(("", 45872))
ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.251") + socket.inet_aton("127.0.0.1"))
ears = [ear]
try:
    six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    six.bind(("::", 45873))
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, "ff02::fb") + struct.pack("@I", 1))
    ears.append(six)
except OSError:
    six = None
heard = set()
for _ in range(6):
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mouth.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    for address in ("224.0.0.251", "127.255.255.255", "127.0.0.1"):
        mouth.sendto(me, (address, 45872))
    try:
        if six:
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(me, ("ff02::fb", 45873, 0, 1))
    except OSError:
        pass
    time.sleep(0.05)
    for s in ears:
        s.setblocking(False)
        try:
            while True:
                heard.add(s.recv(99))
        except BlockingIOError:
            pass
found += [f"heard {word}" for word in heard - {me}]
print("\n".join(found) or ("itself" if me in heard else "not even itself"))
