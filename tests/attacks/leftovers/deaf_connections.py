# Connections that nobody has any more and that do not end: their two ends are deaf to each other (to what a router
# may have passed on, to what has no signature), so that the last words of neither are answered. Their ports stay
# taken, what they had to send stays in memory, and the next run in the same network sees both.
# stopped by: network
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import socket, struct

IP_MINTTL, IPV6_MINHOPCOUNT, TCP_MD5SIG = 21, 73, 14
signature = struct.pack("H2x4s120xBBHi80s", socket.AF_INET, socket.inet_aton("127.0.0.1"), 0, 0, 3, 0, b"key")
found = [f"{table} {' '.join(line.split()[1:4])}" for table in ("tcp", "tcp6") for line in open("/proc/net/" + table).readlines()[1:]]
print("\n".join(found) or "nothing")
held = []
for home, level, option, value in (("127.0.0.1", socket.IPPROTO_IP, IP_MINTTL, 255), ("::1", socket.IPPROTO_IPV6, IPV6_MINHOPCOUNT, 255),
                                   ("127.0.0.1", socket.IPPROTO_TCP, TCP_MD5SIG, signature)):
    server = socket.create_server((home, 0), family=socket.AF_INET6 if ":" in home else socket.AF_INET)
    client = socket.create_connection(server.getsockname()[:2])
    held += [server, client, server.accept()[0]]
    for end in held[-2:]:
        try:
            end.setsockopt(level, option, value)
            end.send(b"x")
        except OSError:
            pass
