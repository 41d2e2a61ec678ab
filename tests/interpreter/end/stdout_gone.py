# Standard output that is closed, replaced, taken apart or absent when the program ends.
# ends: {"exit_code": {"any": [0, 1, 120]}, "stderr": {}}
# each: ["sys.stdout.close()", "sys.stdout = io.StringIO()", "sys.stdout.detach()", "del sys.stdout", "sys.stdout = None", "sys.stdout = sys.__stdout__ = None", "os.close(1)", "sys.stdout = open('/dev/full', 'w'); print('x')", "sys.stdout = open('/dev/full', 'w')", "os.dup2(os.open('/dev/full', os.O_WRONLY), 1)", "sys.stdout.reconfigure(encoding='utf-16')", "sys.stdout.buffer.close()", "sys.stdout.buffer.detach()", "sys.stdout = codecs.getwriter('latin-1')(sys.stdout.buffer); print('é')", "sys.stdout = io.TextIOWrapper(sys.stdout.detach(), 'latin-1'); print('é')", "sys.stdout = sys.stderr", "sys.stdout, sys.stderr = sys.stderr, sys.stdout", "os.close(1); sys.stderr.close()", "sys.stdout.flush = lambda: 1 / 0", "sys.stdout = type('S', (), {'write': lambda s, t: os.write(1, t.encode()), 'flush': lambda s: os.write(1, b'flushed\\n')})()", "sys.stdout = 5", "os.set_inheritable(1, True); os.closerange(0, 3)", "sys.__stdout__ = None", "sys.stdout.mine = sys.stdout"]
import codecs, io, os, sys

print("before")
EACH
