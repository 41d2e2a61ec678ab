# Has as many processes as it may for a while, as does the run beside it. The kernel counts them by user over the whole machine:
# if both were one user to it, one of them would starve.
# stopped by: identities, rlimits
# request: {"limits": {"processes": 40, "wall_ms": 3000}}
# expect: {"status": "ok", "stdout": "36\n", "stderr": "", "limit": null}
import os, signal, time

made = []
for _ in range(36):
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        time.sleep(9)
        os._exit(0)
    made.append(pid)
time.sleep(0.3)
for pid in made:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
print(len(made))
