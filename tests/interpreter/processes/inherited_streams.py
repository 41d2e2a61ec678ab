# Children that write to the same streams, in between.
# ends: {"stdout": "one\nshell\ninterpreter\nbuffered before, written after\n", "stderr": "complaint\n"}
import subprocess
import sys

print("one", flush=True)
print("buffered before, written after")
subprocess.run("echo shell; echo complaint >&2", shell=True)
subprocess.run([sys.executable, "-c", "print('interpreter')"])
