# Reads that look ahead, and what is left for others.
# request: {"stdin": "one\ntwo\nthree\n"}
import os
import subprocess
import sys

print(input())
print(subprocess.run(["cat"], capture_output=True).stdout, os.read(0, 10), sys.stdin.read())
