# Overwrites the program that made the sandbox, through the first process's /proc/1/exe or its own, held open
# until it is no longer busy; and has #! lead whoever executes a file back to that program.
# hole: CVE-2019-5736 (runc): the runtime on the host was overwritten through /proc/self/exe
# stopped by: identities, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os, subprocess

REFUSED = (errno.EACCES, errno.EROFS, errno.ENOENT, errno.EPERM, errno.ETXTBSY, errno.ENOTDIR)
MODES = (os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND, os.O_PATH)
for path in ("/proc/1/exe", "/proc/1/task/1/exe", f"/proc/{os.getppid()}/exe", "/proc/1/root/proc/self/exe"):
    for mode in MODES:
        try:
            os.open(path, mode)
            print("opened", path)
        except OSError as error:
            if error.errno not in REFUSED:
                print(path, error)
    for use in (os.readlink, os.stat, lambda path: os.link(path, "/tmp/link"), lambda path: os.truncate(path, 0), lambda path: os.execv(path, ["x", "runner"])):
        try:
            print(path, use(path))
        except OSError as error:
            if error.errno not in REFUSED + (errno.EXDEV,):
                print(path, error)
held = os.open("/proc/self/exe", os.O_PATH)
before = os.stat("/proc/self/exe")
child = os.fork()
if not child:
    os.execv("/bin/sleep", ["sleep", "0.02"])
os.waitpid(child, 0)
for path in ("/proc/self/exe", f"/proc/self/fd/{held}", "/usr/bin/python3", "/bin/sh", "/lib64/ld-linux-x86-64.so.2", "/opt/warmbox", "/warmbox-supervisor"):
    for mode in MODES[1:5]:
        try:
            os.open(path, mode)
            print("opened for writing", path)
        except OSError as error:
            if error.errno not in REFUSED + (errno.EISDIR,):
                print(path, error)
open("script", "w").write("#!/proc/self/exe\nprint('executed')\n")
os.chmod("script", 0o700)
open("main", "w").write("#!/proc/1/exe runner\n")
os.chmod("main", 0o700)
for program in ("./main", "/proc/1/exe", "/proc/1/root/bin/sh"):
    try:
        print(program, subprocess.run([program], capture_output=True, timeout=1))
    except OSError as error:
        if error.errno not in REFUSED:
            print(program, error)
after = os.stat("/proc/self/exe")
if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
    print("the interpreter is changed")
print("nothing")
