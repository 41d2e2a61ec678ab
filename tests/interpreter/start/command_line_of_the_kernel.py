# What the kernel says that was executed.
# differs: the interpreter that waited was told to wait on its command line
# expect: {"exit_code": 0, "stdout": "b'python3\\x00-X\\x00warmbox_ahead\\x00main.py\\x00'\n"}
print(open("/proc/self/cmdline", "rb").read())
