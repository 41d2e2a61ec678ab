# Looks for a way out of the runner. Talking to itself is allowed.
# hole: CVE-2024-29021 (Judge0): with a network a program reached the service's own database
# hole: dify-sandbox 36637 (2026): the network was open by default
# stopped by: network
# expect: {"status": "ok", "stdout": "['lo']\nitself\nroutes 0\n", "stderr": ""}
import os, socket, threading

for table in ("/proc/net/dev",):
    print(sorted(line.split(":")[0].strip() for line in open(table) if ":" in line))
server = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=lambda: server.accept()[0].sendall(b"itself")).start()
print(socket.create_connection(server.getsockname()).recv(99).decode())
print("routes", len(open("/proc/net/route").readlines()) - 1)

for family, address in (
    (socket.AF_INET, ("1.1.1.1", 53)),
    (socket.AF_INET, ("169.254.169.254", 80)),
    (socket.AF_INET, ("172.17.0.1", 22)),
    (socket.AF_INET6, ("2606:4700:4700::1111", 53)),
):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            s = socket.socket(family, kind)
            s.settimeout(1)
            s.connect(address)
            s.send(b"x")
            print("reached", address, kind)
        except OSError:
            pass
try:
    print("resolved", socket.getaddrinfo("example.com", 80))
except OSError:
    pass
for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/notify"):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print("connected", path)
    except OSError:
        pass
