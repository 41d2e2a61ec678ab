# Looks for addresses of the kernel, with which exploits begin: in everything of /proc that it can read, for the
# machine and for its own processes.
# stopped by: proc, filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, re, struct

address = re.compile(rb"\b(?:0x)?ffff[89a-f][0-9a-f]{11}\b")
vsyscall = b"ffffffffff60"  # the same on every machine
read = 0
for folder, folders, files in os.walk("/proc"):
    if folder == "/proc":
        folders[:] = [name for name in folders if not name.isdigit() or name in ("1", str(os.getpid()))]
    for name in files:
        path = os.path.join(folder, name)
        if name in ("mem", "pagemap", "clear_refs") or os.path.islink(path):
            continue
        try:
            text = os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 1 << 16)
        except OSError:
            continue
        finally:
            os.closerange(3, 20)
        read += 1
        for found in address.findall(text):
            if not found.removeprefix(b"0x").startswith((vsyscall, b"ffffffffffffffff")):
                print(path, found.decode())
if read < 100:
    print("only", read, "files were read")
page = bytearray(4096)
where = int(re.search(r"^([0-9a-f]+)-.*heap", open("/proc/self/maps").read(), re.M)[1], 16) >> 12
with open("/proc/self/pagemap", "rb") as map:
    map.seek(where * 8)
    if struct.unpack("Q", map.read(8))[0] & ((1 << 55) - 1):
        print("knows where its memory is in the machine")
for name in ("wchan", "stack", "syscall"):
    try:
        text = open("/proc/1/" + name).read().strip()
    except OSError:
        continue
    if text not in ("", "0"):
        print(name, text)
print("nothing")
