# Looks at the environment, which is made from nothing: exactly our names and values in every place where the kernel and the
# interpreter keep it, and nothing around it on the stack.
# hole: issue 564 (Judge0): printenv showed the worker's environment
# hole: runners/base.py of 3d77020 (SandboxFusion): programs are started with all of the server's own environment
# stopped by: prepared, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, os

wanted = {"HOME": "/tmp", "LANG": "C.UTF-8", "LOGNAME": "sandbox", "USER": "sandbox", "PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": "/tmp",
          "TZ": "UTC", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
          "PYTHONPATH": "/opt/warmbox", "MPLBACKEND": "module://warmbox_figures", "MPLCONFIGDIR": "/tmp/.matplotlib"}
raw = open("/proc/self/environ", "rb").read()
pointers = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
in_memory = []
while pointers[len(in_memory)]:
    in_memory.append(pointers[len(in_memory)])
split = lambda entries: sorted(entry.decode().split("=", 1) for entry in entries)
found = []
for place, seen in (("os.environ", sorted([k, v] for k, v in os.environ.items())), ("environ", split(in_memory)),
                    ("/proc/self/environ", split(raw.rstrip(b"\0").split(b"\0")))):
    if seen != sorted([k, v] for k, v in wanted.items()):
        found.append(f"{place}: {seen}")
# the block of strings at the top of the stack: arguments, environment, the program's path, and nothing more
maps = [line.split() for line in open("/proc/self/maps")]
top = next(int(line[0].split("-")[1], 16) for line in maps if line[-1] == "[stack]")
block = ctypes.string_at(top - 4096, 4096)
strings = block[block.index(raw.split(b"\0")[0]):].rstrip(b"\0").split(b"\0")
if sorted(strings[:-1]) != sorted(raw.rstrip(b"\0").split(b"\0")) or not strings[-1].endswith(b"/bin/python3"):
    found.append(f"on the stack: {strings}")
names = {line[5] for line in maps if len(line) > 5 and line[5].startswith("/")}
found += [f"mapped {name}" for name in names if not name.startswith(("/usr/", "/lib", "/etc/ld.so.cache", "/opt/warmbox/"))]
print("\n".join(found) or "nothing")
