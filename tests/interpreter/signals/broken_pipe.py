# Output that nobody reads any more.
# ends: {"exit_code": {"any": [1, 120]}, "stdout": "", "stderr": {"has": "BrokenPipeError"}}
# each: ["print('x')", "print('x', flush=True)", "import sys; sys.stdout.write('x' * 100000)", "os.write(1, b'x')"]
import os

r, w = os.pipe()
os.dup2(w, 1)
os.close(w)
os.close(r)
EACH
