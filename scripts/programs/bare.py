"""What a program does as a bare process: in the same unpacked toolchain, with nothing of warmbox around it.

It needs a mount namespace of its own and root (programs.sh sees to both): what is mounted goes with the namespace.
"""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# A sandbox's, as docs/api.md tells them.
USER = 1000
STACK_KIB = 64 << 10
OPEN_FILES = 256
# As src/language/mod.rs and Python's language.toml have it. What PYTHONPATH names is an empty folder here.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "USER": "sandbox",
    "LOGNAME": "sandbox", "TZ": "UTC", "PYTHONPATH": "/opt/warmbox", "PYTHONDONTWRITEBYTECODE": "1",
}  # fmt: skip
DEVICES = ["null", "zero", "full", "random", "urandom"]
# A program that would take the machine with it; far above every limit that is compared.
ADDRESS_SPACE_KIB = 16 << 20


# Not on the PATH that a program has.
CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")


@dataclass
class End:
    """How a process ended. `code` is negative for a signal, None where its time was over."""

    code: int | None
    stdout: bytes
    stderr: bytes
    cpu_ms: float
    peak_bytes: int


class Root:
    """One place to run one program at a time in: /usr and /etc of `tree`, read-only, and an empty /work."""

    def __init__(self, tree, at):
        self.at = Path(at)
        self.work = self.at / "work"
        self.at.mkdir(parents=True, exist_ok=True)
        mount("-t", "tmpfs", "-o", "mode=0755", "bare", self.at)
        for name in ["usr", "etc", "opt", "opt/warmbox", "proc", "dev", "dev/shm", "tmp", "work"]:
            (self.at / name).mkdir()
        for name, of in [("usr", Path(tree).resolve()), ("etc", Path(tree).resolve()), ("opt", self.at)]:
            mount("--bind", of / name, self.at / name)
            mount("-o", "remount,bind,ro", self.at / name)
        for name in ["bin", "sbin", "lib", "lib64"]:
            (self.at / name).symlink_to(f"usr/{name}")
        for name in DEVICES:
            (self.at / "dev" / name).touch()
            mount("--bind", f"/dev/{name}", self.at / "dev" / name)
        (self.at / "dev/fd").symlink_to("/proc/self/fd")
        mount("-t", "proc", "proc", self.at / "proc")

    def place(self, files):
        """Leaves nothing of the program before."""
        for name in ["work", "tmp", "dev/shm"]:
            shutil.rmtree(self.at / name)
            (self.at / name).mkdir()
            (self.at / name).chmod(0o700 if name == "work" else 0o1777)
        for name, text in files:
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        for path in [self.work, *self.work.rglob("*")]:
            os.chown(path, USER, USER)

    def run(self, words, cpu_ms, wall_seconds):
        """Whoever calls it decides by the CPU time that was used whether it was too much."""
        # The kernel holds this limit by ticks, which on a busy machine are more than what was used.
        cpu_seconds = cpu_ms * 3 // 2000 + 1
        limits = f"ulimit -s {STACK_KIB} -n {OPEN_FILES} -c 0 -v {ADDRESS_SPACE_KIB} -t {cpu_seconds}"
        start = [CHROOT, f"--userspec={USER}:{USER}", str(self.at), "/bin/bash", "-c"]
        start += [f'{limits} && cd /work && exec "$@"', "bare", *words]
        # Files, because nobody has to read them while it runs.
        out, err = self.at / "stdout", self.at / "stderr"
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            process = subprocess.Popen(
                start, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=ENVIRONMENT, start_new_session=True
            )
        code, used = wait(process, time.monotonic() + wall_seconds)
        cpu_ms = (used.ru_utime + used.ru_stime) * 1000
        if code == -signal.SIGXCPU:
            code = None
        return End(code, out.read_bytes(), err.read_bytes(), cpu_ms, used.ru_maxrss << 10)


def wait(process, deadline):
    """Its exit code and usage; None and its usage where it had to be killed."""
    late = False
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if not late and time.monotonic() > deadline:
            late = True
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.002)
    process.returncode = os.waitstatus_to_exitcode(status)
    # What it left running.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return None if late else process.returncode, used


def mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True, timeout=30)
