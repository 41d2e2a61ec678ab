# A daemon as in the textbook: two forks, a session of its own, no streams, another folder, another name.
# hole: langfuse, issue 15955: the time limit ended the child, and what that had started went on for hours
# stopped by: namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "usage": {"wall_ms": {"most": 2000}}}
# takes_at_most_ms: 4000
import os, time

found = [f"number {os.getpid()}"] if os.getpid() > 10 else []
for name in os.listdir("/proc"):
    if name.isdigit() and open(f"/proc/{name}/comm").read() == "left-daemon\n":
        found.append("process " + name)
for number in range(2, 300):
    try:
        os.kill(number, 0)
        if number != os.getpid() and "shadow" not in open(f"/proc/{number}/comm").read():
            found.append(f"process {number} by signal")
    except OSError:
        pass
print("\n".join(found) or "nothing", flush=True)
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    os.umask(0)
    open("/proc/self/comm", "w").write("left-daemon")
    os.write(w, b"x")
    os.closerange(0, 256)
    time.sleep(60)
os.read(r, 1)
