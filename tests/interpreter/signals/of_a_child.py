# How children end by signals, and that theirs are not ours.
import os
import signal
import subprocess
import sys

for name in ("SIGTERM", "SIGINT", "SIGKILL", "SIGPIPE"):
    pid = os.fork()
    if pid == 0:
        signal.signal(getattr(signal, name), signal.SIG_DFL) if name != "SIGKILL" else None
        os.kill(os.getpid(), getattr(signal, name))
        os._exit(3)
    print(name, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
done = subprocess.run([sys.executable, "-c", "import signal; print([signal.getsignal(s) for s in (signal.SIGINT, signal.SIGPIPE, signal.SIGTERM)])"], capture_output=True, text=True)
print(done)
done = subprocess.run(["grep", "^Sig[BI]", "/proc/self/status"], capture_output=True, text=True)
# without the two of the C library, see start/signals.py
print([hex(int(line.split()[1], 16) & ~(3 << 31)) for line in done.stdout.splitlines()])
