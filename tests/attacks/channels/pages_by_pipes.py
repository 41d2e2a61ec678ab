# Moves pages of shared files into pipes and sockets, from where holes of the kernel wrote into them: splice, tee, vmsplice, the
# kernel's ciphers as sockets. sendfile and copy_file_range remain, and may only read.
# hole: CVE-2022-0847 (Linux, Dirty Pipe): a page of a file in a pipe could be written; CVE-2026-31431 (Copy Fail): by AF_ALG
# stopped by: filter, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, hashlib, os, socket, time

libc = ctypes.CDLL(None, use_errno=True)
found = []


def refused(what, result, wanted=errno.ENOSYS):
    if result >= 0 or ctypes.get_errno() != wanted:
        found.append(f"{what}: {result} {os.strerror(ctypes.get_errno())}")


shared = [path for path in ("/usr/bin/env", "/usr/bin/id", "/etc/ld.so.cache", "/etc/passwd") if os.path.exists(path)]
digest = lambda path: hashlib.sha256(open(path, "rb").read()).hexdigest()
before = [digest(path) for path in shared]
r, w = os.pipe()
r2, w2 = os.pipe()
a, b = socket.socketpair()
buffer = ctypes.create_string_buffer(b"mark" * 1024)
piece = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4096)
for path in shared:
    fd = os.open(path, os.O_RDONLY)
    for flags in (0, 1, 2, 8):
        refused("file to pipe", libc.splice(fd, None, w, None, ctypes.c_size_t(1), flags))
        refused("pipe to file", libc.splice(r, None, fd, None, ctypes.c_size_t(1), flags))
        refused("pipe to socket", libc.splice(r, None, a.fileno(), None, ctypes.c_size_t(1), flags))
        refused("pipe to pipe", libc.tee(r, w2, ctypes.c_size_t(1), flags))
        refused("memory to pipe", libc.vmsplice(w, piece, ctypes.c_size_t(1), flags))
    refused("cipher", libc.socket(38, socket.SOCK_SEQPACKET, 0), errno.EPERM)
    for into in (w, a.fileno()):
        try:
            os.sendfile(into, fd, 0, 64)
            found.append(f"the page of {path} went its way")
        except OSError as e:
            if e.errno != errno.ENOSYS:
                found.append(f"{path}: {e}")
    for into in (lambda: os.sendfile(fd, fd, 0, 64), lambda: os.copy_file_range(os.open("/work/main.py", os.O_RDONLY), fd, 64)):
        try:
            into()
            found.append(f"wrote to {path}")
        except OSError as e:
            if e.errno not in (errno.EBADF, errno.EINVAL, errno.EXDEV, errno.ENOSYS):
                found.append(f"{path}: {e}")
time.sleep(0.1)
found += [f"{path} has changed" for path, was in zip(shared, before) if digest(path) != was]
print("\n".join(found) or "nothing")
