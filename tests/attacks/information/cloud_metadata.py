# Asks the clouds' metadata addresses for credentials, and the container network's gateway and resolver for anything. The
# kernel must know no way to any of them.
# hole: CVE-2024-29021 (Judge0): network was allowed by default, and the service's database answered
# stopped by: network
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, socket

found = []
try:
    socket.socket(socket.AF_INET6).close()
    six = ("fd00:ec2::254", "fe80::1%1", "2606:4700:4700::1111", "ff02::1", "::ffff:169.254.169.254")
except OSError:
    six = ()  # a kernel without it
for family, hosts in ((socket.AF_INET, ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "172.17.0.1", "172.18.0.1",
                                        "10.0.0.1", "10.96.0.1", "192.168.0.1", "192.168.65.2", "1.1.1.1", "255.255.255.255", "224.0.0.1")),
                      (socket.AF_INET6, six)):
    for host in hosts:
        for kind, port in ((socket.SOCK_STREAM, 80), (socket.SOCK_DGRAM, 53)):
            with socket.socket(family, kind) as s:
                s.setblocking(False)
                try:
                    s.connect((host, port))
                    s.send(b"GET / HTTP/1.0\r\n\r\n")
                    found.append(f"sent to {host} {kind.name}")
                except OSError as e:  # no wait for an answer: there is no way
                    if e.errno not in (errno.ENETUNREACH, errno.EACCES, errno.EADDRNOTAVAIL, errno.EHOSTUNREACH, errno.EINVAL):
                        found.append(f"{host} {kind.name}: {e}")
                if kind == socket.SOCK_DGRAM:
                    try:
                        s.sendto(b"?", (host, port))
                        found.append(f"datagram to {host}")
                    except OSError as e:
                        if e.errno not in (errno.ENETUNREACH, errno.EACCES, errno.EADDRNOTAVAIL, errno.EHOSTUNREACH, errno.EINVAL):
                            found.append(f"datagram to {host}: {e}")
print("\n".join(found) or "nothing")
