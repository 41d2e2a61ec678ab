# Ends with 43 while children without a group, a session or a signal that they heed go on printing and
# then end with 0. The answer is the first process's, and nothing comes after it.
# hole: langfuse 15955: the direct child was ended, what it had started went on for hours
# stopped by: namespaces, verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "first\n", "stderr": ""}
# takes_at_most_ms: 3000
import os, signal, time

print("first", flush=True)
ready, say = os.pipe()
for n in range(3):
    if os.fork() == 0:
        os.setsid()
        for number in set(range(1, 65)) - {9, 19, 32, 33}:
            signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0:
            os.write(say, b"x")
            time.sleep(1)
            os.write(1, b"late, and all is well\n")
            os._exit(0)
        os._exit(0)
for n in range(3):
    os.read(ready, 1)
os._exit(43)
