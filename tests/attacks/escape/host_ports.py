# Reaches what listens on the host or beside it: its loopback, the container bridge, metadata of clouds, name
# servers, neighbours by broadcast, multicast and IPv6 of the own link. Itself it may reach, and nobody else.
# hole: CVE-2024-29021 (Judge0): the service's own database and web server were within reach
# stopped by: network
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, socket

PORTS = (22, 25, 53, 80, 111, 443, 631, 2375, 2376, 3306, 5000, 5001, 5101, 5102, 5103, 5432, 6379, 8080, 9000)
PLACES = ["127.0.0.1", "127.0.0.53", "127.1.2.3", "0.0.0.0", "localhost", "::1", "::ffff:127.0.0.1", "::", "172.17.0.1", "172.17.0.2", "10.0.2.2", "192.168.65.2"]
PLACES += ["169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254", "fe80::1%lo", "1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"]
for place in PLACES:
    family = socket.AF_INET6 if ":" in place else socket.AF_INET
    more = (0, 1) if "%" in place else ()
    place = place.partition("%")[0]
    for port in PORTS:
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(0.5)
            error = s.connect_ex((place, port, *more))
            if error not in (errno.ECONNREFUSED, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EHOSTUNREACH):
                print(place, port, "reached" if error == 0 else errno.errorcode.get(error))
    for flags in (0, 0x20000000):  # and without connecting: data in the first packet
        with socket.socket(family, socket.SOCK_STREAM) as s:
            try:
                s.sendto(b"x", flags, (place, 80, *more))
                print("sent to", place)
            except OSError:
                pass
anybody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
anybody.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for place in ("255.255.255.255", "172.17.255.255", "224.0.0.251", "239.1.1.1", "169.254.169.254", "1.1.1.1"):
    try:
        anybody.sendto(b"x", (place, 53))
        print("sent to", place)
    except OSError as error:
        if error.errno not in (errno.ENETUNREACH, errno.EACCES):
            print(place, error)
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for place in ("ff02::1%lo", "ff02::fb", "fe80::1", "2001:4860:4860::8888"):
    try:
        six.sendto(b"x", (place.partition("%")[0], 53, 0, 1 if "%" in place else 0))
        if place != "ff02::1%lo":  # all nodes of its own loopback: itself
            print("sent to", place)
    except OSError:
        pass
names = [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line]
if names != ["lo"]:
    print("interfaces", names)
for table in ("/proc/net/route", "/proc/net/arp"):
    if len(open(table).readlines()) > 1:
        print(open(table).read())
for line in open("/proc/net/ipv6_route"):
    if line.split()[-1] != "lo":
        print(line)
for port in (5000, 5001, 5101, 5102, 5103, 8080):  # its own network: nobody else has a port there, and nobody comes
    for place in ("0.0.0.0", "::"):
        try:
            server = socket.create_server((place, port), family=socket.AF_INET6 if ":" in place else socket.AF_INET)
            server.setblocking(False)
            print("somebody came from", server.accept()[1])
        except BlockingIOError:
            pass
        except OSError as error:
            print("port", port, error)
for name in ("example.com", "metadata.google.internal", "host.docker.internal", "gateway.docker.internal", "server", "db"):
    try:
        print("resolved", name, socket.getaddrinfo(name, 80))
    except OSError:
        pass
print("nothing")
