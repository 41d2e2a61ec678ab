# Closes connections in the order that leaves a port taken for a minute, and wants the same ports again.
# stopped by: network
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import socket

found = []
for family, home in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    for port in range(45900, 45920):
        server = socket.socket(family)
        try:
            server.bind((home, port))
        except OSError as e:
            found.append(f"{home} {port}: {e.strerror}")
            continue
        server.listen()
        client = socket.create_connection((home, port))
        accepted = server.accept()[0]
        accepted.close()
        client.recv(1)
        client.close()
        server.close()
print("\n".join(found) or "nothing")
