# Changes the priority of every process of its user and its group, as its number and as 0, and sees whether another did so to it.
# stopped by: namespaces, filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, random, time

found = []
own = random.choice(range(6, 20))
if os.getpriority(os.PRIO_PROCESS, 0) != 5:
    found.append(f"starts with {os.getpriority(os.PRIO_PROCESS, 0)}")
time.sleep(0.05)
try:
    os.setpriority(os.PRIO_PGRP, 0, own)
except OSError as e:
    found.append(f"its own group: {e}")
for user in (0, os.getuid(), 1, 65534, 4242):
    try:
        os.setpriority(os.PRIO_USER, user, 19)
        found.append(f"priority of user {user}")
    except OSError:
        pass
seen = set()
for _ in range(20):
    time.sleep(0.01)
    seen |= {os.getpriority(os.PRIO_PROCESS, 0), os.getpriority(os.PRIO_PGRP, 0)}
if seen != {own}:
    found.append(f"set {own}, saw {seen}")
for change in (lambda: os.nice(-1), lambda: os.setpriority(os.PRIO_USER, 0, 0), lambda: os.setpriority(os.PRIO_PROCESS, 0, -20)):
    try:
        change()
        found.append("raised its priority")
    except PermissionError:
        pass
print("\n".join(found) or "nothing")
