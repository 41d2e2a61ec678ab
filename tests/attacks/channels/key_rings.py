# Leaves a mark in the kernel's key rings, which belong to the user and outlive every program, and looks for marks of others:
# in all rings, by joining a session by name, by asking for keys, and in the tables.
# hole: 2.4 (isolate): key rings passed data from box to box; CVE-2016-0728 (Linux): a reference leak in joining sessions
# stopped by: filter, proc
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, os, platform, sys

libc = ctypes.CDLL(None, use_errno=True)
add, request, control = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[platform.machine()]
me = sys.argv[1].encode()
found = []


def refused(what, *call):
    result = libc.syscall(*(ctypes.c_long(a) if isinstance(a, int) else a for a in call))
    if result >= 0 or ctypes.get_errno() != errno.EPERM:
        found.append(f"{what}: {result} {os.strerror(ctypes.get_errno())}")


for ring in (-1, -2, -3, -4, -5, -6, -7, -8):  # thread, process, session, user, user's session, group, request
    for kind in (b"user", b"logon", b"keyring", b"big_key", b"asymmetric"):
        refused(f"adds to {ring} {kind}", add, kind, b"warmbox-channel", me, len(me), ring)
        refused(f"asks {ring} {kind}", request, kind, b"warmbox-channel", b"", ring)
        refused(f"searches {ring} {kind}", control, 10, ring, kind, b"warmbox-channel", 0)
    for command in (0, 4, 6, 7, 9, 11, 21, 24):
        refused(f"does {command} with {ring}", control, command, ring, ctypes.create_string_buffer(256), 255, 0)
refused("joins a session", control, 1, b"warmbox-channel")
refused("takes the lasting ring", control, 22, 1000, -2)
refused("takes the lasting ring of root", control, 22, 0, -2)
refused("asks what can be done", control, 31, ctypes.create_string_buffer(8), 8)
for table in ("keys", "key-users"):
    try:
        found += open("/proc/" + table).readlines()
    except OSError:
        pass
print("\n".join(found) or "nothing")
