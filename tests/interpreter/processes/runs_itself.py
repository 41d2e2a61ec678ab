# A program that starts itself once more, with an argument.
# ends: {"stdout": "['main.py']\n['main.py', 'again']\n3\n"}
import subprocess
import sys

print(sys.argv, flush=True)
if len(sys.argv) == 1:
    print(subprocess.run([sys.executable, *sys.argv, "again"]).returncode)
else:
    sys.exit(3)
