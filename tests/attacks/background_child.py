# Leaves children behind: one plain, one in a session of its own that holds stdout, one stopped,
# one that starts itself anew whenever it is about to be found.
# expect: {"status": "ok", "stdout": "left\n", "usage": {"wall_ms": {"most": 1500}}}
# takes_at_most_ms: 3000
import os, signal, subprocess, sys, time

mark = sys.argv[1]
print("left", flush=True)
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
time.sleep(0.3)
