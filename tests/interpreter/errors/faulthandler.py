# A dump of every stack.
# ends: {"stderr": {"has": ["most recent call first", "line 11 in f", "in <module>"]}}
import faulthandler
import re
import sys
import tempfile


def f():
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        sys.stderr.write(re.sub("0x[0-9a-f]+", "ADDRESS", file.read().decode()))


f()
