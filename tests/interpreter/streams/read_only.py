# A file opened for the wrong thing, and streams used for the wrong thing.
import io
import sys

for action in ("sys.stdout.read()", "sys.stdin.write('x')", "sys.stdout.seek(0)", "sys.stdout.tell()", "sys.stdout.truncate()", "open('/work/main.py').write('x')", "open('/usr/x', 'w')", "sys.stdout.buffer.read(1)"):
    try:
        print(action, eval(action))
    except Exception as error:
        print(action, type(error).__name__, error)
