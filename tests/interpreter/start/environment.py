# The environment, in Python's copy and in the kernel's.
import os

print(sorted(os.environ.items()))
with open("/proc/self/environ", "rb") as file:
    print(sorted(file.read().split(b"\0")))
print(os.path.expanduser("~"), os.path.expandvars("$USER"), os.get_exec_path())
import getpass, pwd, tempfile

print(getpass.getuser(), pwd.getpwuid(os.getuid()), tempfile.gettempdir())
