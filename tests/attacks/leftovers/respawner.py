# Two processes that watch each other, and start the other one anew as soon as it is gone.
# hole: Piston, 2386684: a process that was still alive made anew what had been cleaned away
# hole: Hugging Face sandbox-server PR 21, PR 23: killing by a number that had been given anew; a uid that came back with processes alive
# stopped by: namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "usage": {"wall_ms": {"most": 2000}}}
# takes_at_most_ms: 4000
import os, time


def guard(other):
    os.setsid()
    open("/proc/self/comm", "w").write("left-guard")
    while True:
        try:
            os.kill(other, 0)
        except OSError:
            me = os.getpid()
            if os.fork() == 0:
                guard(me)
        time.sleep(0.001)


names = [open(f"/proc/{name}/comm").read() for name in os.listdir("/proc") if name.isdigit()]
print("guards" if "left-guard\n" in names else "nothing", flush=True)
for i in range(2):
    if os.fork() == 0:
        guard(os.getppid())
time.sleep(0.05)
os._exit(0)
