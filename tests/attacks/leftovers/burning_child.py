# Leaves processes that compute: the next run would pay for them, in CPU time or by being slow.
# stopped by: namespaces, meter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "usage": {"cpu_ms": {"most": 900}, "wall_ms": {"most": 2500}}}
# takes_at_most_ms: 4000
import os, time
names = [open(f"/proc/{name}/comm").read() for name in os.listdir("/proc") if name.isdigit()]
used = time.process_time() + sum(os.times()[2:4])
print("burners" if "left-burner\n" in names else f"{used} s" if used > 0.5 else "nothing", flush=True)
for i in range(6):
    if os.fork() == 0:
        os.setsid()
        open("/proc/self/comm", "w").write("left-burner")
        while True:
            pass
time.sleep(0.1)
