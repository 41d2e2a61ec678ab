# Ended children that nobody waits for fill the table of processes; then orphans, for which nobody can wait but
# the sandbox's first process.
# hole: Piston, dd31873: zombies filled the process table, and nothing could be started any more
# hole: domjudge-packaging 13 (2018): nobody reaped what a fork bomb left, and the judge host stopped
# stopped by: cgroup, rlimits
# request: {"limits": {"processes": 20}}
# expect: {"status": "ok", "stdout": "refused\n100 orphans\n", "stderr": ""}
import os, time
made = []
before = len([name for name in os.listdir("/proc") if name.isdigit()])
try:
    while len(made) < 200:
        child = os.fork()
        if child == 0:
            os._exit(0)
        made.append(child)
    print("no limit")
except BlockingIOError:
    print("refused" if len(made) <= 28 else f"{len(made)} of 20")
for child in made:
    os.waitpid(child, 0)
orphans = 0
for i in range(100):
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.waitpid(child, 0)
    orphans += 1
    while i % 10 == 9 and len([name for name in os.listdir("/proc") if name.isdigit()]) > before:
        time.sleep(0.001)
print(orphans, "orphans")
