# Plants every file that an interpreter looks for when it starts, beside the program and in its home, and
# starts it again: they are executed, but behind the same walls, and only by what it starts itself.
# hole: dify-sandbox 27 (2024): code that the interpreter took up at its start ran before the walls stood
# stopped by: prepared, filter, scratch
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "usercustomize: nothing\nrandom: nothing\nmain: nothing\n", "stderr": ""}
import os, site, sys

check = """
import os
found = [str(fd) for fd in range(3, 64) if os.path.exists("/proc/self/fd/%d" % fd) and "pipe:" in os.readlink("/proc/self/fd/%d" % fd)]
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
found += [f + status[f] for f, good in (("Seccomp", "2"), ("NoNewPrivs", "1"), ("CapEff", "0" * 16), ("CapBnd", "0" * 16)) if status[f].strip() != good]
found += ["uid 0"] if os.getuid() == 0 else []
os.write(1, (__name__.replace("__", "") + ": " + (", ".join(found) or "nothing") + "\\n").encode())
"""
if os.environ.get("AGAIN"):
    import random
    exec(check)
    os._exit(43)
home = site.getusersitepackages()
os.makedirs(home)
os.makedirs("/work/__pycache__")
for name in (home + "/usercustomize.py", "/work/random.py"):
    open(name, "w").write(check)
for name in ("sitecustomize.py", "usercustomize.py", "encodings.py", "os.py", "site.py", "pyvenv.cfg", "python313._pth", "python3._pth", "pybuilddir.txt",
             "__pycache__/os.cpython-313.pyc", "__pycache__/main.cpython-311.pyc", "x.pth", ".pythonrc.py"):
    open("/work/" + name, "w").write("import os; os.write(1, b'taken up: %s\\n')" % name)
os.environ["AGAIN"] = "1"
os.execv(sys.executable, ["python3", "main.py"])
