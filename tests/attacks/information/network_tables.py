# Reads the kernel's network tables for the host's interfaces, addresses, neighbours, routes and connections. There is one
# interface, and nobody is on it.
# stopped by: network
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, re, socket

found = []
try:
    found.append(f"interfaces {socket.if_nameindex()}")
except PermissionError:
    pass  # it takes a netlink socket
for base in ("/proc/net/", "/proc/1/net/", "/proc/self/task/%d/net/" % os.getpid()):
    read = lambda name: open(base + name).read() if os.access(base + name, os.R_OK) else ""
    rows = lambda name, head=1: [line for line in read(name).splitlines()[head:] if line.strip()]
    found += [f"dev: {line}" for line in rows("dev", 2) if line.split(":")[0].strip() != "lo"]
    for name in ("arp", "route", "tcp", "tcp6", "udp", "udp6", "udplite", "raw", "raw6", "icmp", "icmp6", "packet", "rt_cache", "vlan/config"):
        found += [f"{name}: {line}" for line in rows(name)]
    found += [f"if_inet6: {line}" for line in rows("if_inet6", 0) if not line.startswith("0" * 31 + "1 ")]
    found += [f"ipv6_route: {line}" for line in rows("ipv6_route", 0) if not line.rstrip().endswith(" lo")]
    found += [f"fib_trie: {address}" for address in set(re.findall(r"\d+\.\d+\.\d+\.\d+", read("fib_trie"))) if not address.startswith(("127.", "0."))]
    found += [f"igmp: {line}" for line in rows("igmp") if re.search(r": \w", line) and not re.search(r"\blo\b", line)]
    found += [f"unix: {line}" for line in rows("unix") if len(line.split()) > 7]
    found += [f"wireless: {line}" for line in rows("wireless", 2)] + [f"conntrack: {line}" for line in rows("nf_conntrack", 0)]
    found += [f"netlink: {line}" for line in rows("netlink") if line.split()[2] not in ("0", str(os.getpid()))]
for name in ("host.docker.internal", "gateway.docker.internal", "metadata", "kubernetes.default", "router"):
    try:
        found.append(f"{name} is {socket.gethostbyname(name)}")
    except OSError:
        pass
if (addresses := {a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None)}) - {"127.0.0.1", "::1"}:
    found.append(f"own addresses {addresses}")
print("\n".join(found) or "nothing")
