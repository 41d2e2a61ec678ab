# Other programs, and other interpreters of the same kind.
import os
import subprocess
import sys

code = "import sys, os; print(sys.path, sys.argv, sys.flags, sorted(os.environ), sys.orig_argv[1:2]); sys.exit(3)"
print(subprocess.run([sys.executable, "-c", code, "a"], capture_output=True, text=True))
print(subprocess.run(["python3", "-m", "helper"], capture_output=True, text=True))
print(subprocess.check_output(["cat"], input=b"through"), subprocess.getstatusoutput("exit 4"), os.system("exit 5") >> 8, os.popen("echo popen").read())
print(subprocess.run(["sh", "-c", "echo $0 $PYTHONPATH; ls /proc/self/fd | wc -l"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout)
try:
    subprocess.run(["nothing-of-this-name"])
except FileNotFoundError as error:
    print(error)
try:
    subprocess.run(["sleep", "30"], timeout=0.05)
except subprocess.TimeoutExpired as error:
    print(error)
left = subprocess.Popen(["true"])
print(os.spawnlp(os.P_WAIT, "sh", "sh", "-c", "exit 6"), os.waitstatus_to_exitcode(os.waitpid(os.posix_spawnp("sh", ["sh", "-c", "exit 7"], os.environ), 0)[1]))
# === helper.py ===
import sys

print(__name__, __spec__.name, sys.argv, sys.path[0])
