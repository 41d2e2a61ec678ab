# What the kernel says that was executed.
# differs: what the interpreter is a fork of was told to be one on its command line
# expect: {"exit_code": 0, "stdout": "b'python3\\x00-X\\x00warmbox_parent=standard\\x00main.py\\x00'\n"}
print(open("/proc/self/cmdline", "rb").read())
