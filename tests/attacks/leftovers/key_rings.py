# Leaves a secret in each key ring that a process has: of the thread, the process, the session, the user.
# hole: isolate before 2.4: key rings belong to no namespace, and what one run put in another could take out
# stopped by: filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, os

libc, found = ctypes.CDLL(None, use_errno=True), []
add_key, request_key, keyctl = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[os.uname().machine]
for ring in range(-5, 0):
    for name, call in (("added to", (add_key, b"user", b"left", b"secret", 6, ring)), ("described", (keyctl, 6, ring, None, 0)),
                       ("searched", (keyctl, 10, ring, b"user", b"left", 0)), ("asked for", (request_key, b"user", b"left", None, ring))):
        result = libc.syscall(*call)
        if result >= 0 or ctypes.get_errno() not in (1, 38):
            found.append(f"{name} ring {ring}: {result} {os.strerror(ctypes.get_errno())}")
print("\n".join(found) or "nothing")
