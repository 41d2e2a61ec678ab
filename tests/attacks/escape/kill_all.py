# Kills everything that it can name, the sandbox's first process included.
# hole: issue 196 (Piston): `kill -19 0` stopped the supervisor, which shared the process group
# stopped by: namespaces, identities
# expect: {"status": "ok", "stdout": "alive\n"}
import os, signal
for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
    for pid in (1, os.getppid(), -1):
        try:
            os.kill(pid, number)
        except OSError:
            pass
print("alive")
