# Goes for our own files beside the interpreter: writes to them and to their byte code, replaces them in
# memory, removes what they watch with, asks to be started ahead once more with a socket of its own.
# hole: SandboxFusion (test lo_pyc_poison): byte code written by one run was executed by the next
# hole: dify-sandbox 3a73859: a field of the request was executed before the walls stood
# stopped by: outer root, prepared, verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "nothing\nagain\n", "stderr": ""}
import errno, os, socket, sys

if os.environ.get("AGAIN"):
    os.write(1, b"again\n")
    os._exit(43)
found = []
folder = os.path.dirname(sys.modules["sitecustomize"].__file__)
names = ["__pycache__/x.pyc", "usercustomize.py", "os.py", "new.pth"] + os.listdir(folder)
places = [folder, os.path.dirname(os.__file__), *(p for p in sys.path if p.endswith("-packages"))]
for path in [place + "/" + name for place in places for name in names]:
    for act in (lambda p: open(p, "a"), os.unlink, lambda p: os.mkdir(os.path.dirname(p)), lambda p: os.chmod(p, 0o777), lambda p: os.symlink("/tmp", p)):
        try:
            act(path)
            found.append(path)
        except OSError as e:
            if e.errno not in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
                found.append("%s: %s" % (path, e.strerror))
class Poison:
    def __getattr__(self, name): os._exit(0)
for name in ("warmbox_figures", "warmbox_end", "warmbox_fonts"):
    sys.modules[name] = Poison()
sys.meta_path[:] = [finder for finder in sys.meta_path if getattr(finder, "__module__", "") != "sitecustomize"]
os.write(1, ("\n".join(found) or "nothing").encode() + b"\n")
mine, theirs = socket.socketpair()
pid = os.fork()
if pid == 0:
    os.dup2(theirs.fileno(), 3)
    os.execve(sys.executable, ["python3", "-X", "warmbox_ahead", "main.py"], {"PYTHONPATH": folder, "AGAIN": "1"})
theirs.close()
mine.recv(1)
mine.close()
os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
