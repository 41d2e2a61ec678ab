# A program that becomes another one: what was not flushed is lost.
# ends: {"exit_code": 7, "stdout": "flushed\nbecome /work ['-c', 'x']\n"}
import os
import sys

print("flushed", flush=True)
print("lost")
os.execvp("python3", ["python3", "-c", "import sys, os; print('become', os.getcwd(), sys.argv); sys.exit(7)", "x"])
