# Leaves children behind: one plain, one in a session of its own that holds stdout, one stopped,
# one that starts itself anew whenever it is about to be found.
# hole: SandboxFusion: children were found by name and by parent, and one that had been adopted by another lived on
# stopped by: namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "usage": {"wall_ms": {"most": 2000}}}
# takes_at_most_ms: 4000
import os, signal, subprocess, sys, time

mark = sys.argv[1]
others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid()) and "shadow" not in open(f"/proc/{name}/comm").read()]
print("\n".join("process " + name for name in others) or "nothing", flush=True)
for options in ({}, {"start_new_session": True, "stdin": subprocess.DEVNULL}):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", mark], **options)
stopped = subprocess.Popen(["sleep", "60"])
os.kill(stopped.pid, signal.SIGSTOP)
if os.fork() == 0:
    os.setsid()
    while True:
        if os.fork():
            os._exit(0)
        time.sleep(0.001)
time.sleep(0.2)
