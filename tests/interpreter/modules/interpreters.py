# Interpreters within the interpreter: one that shares all with it, one that shares nothing, one that is
# left to the end with something printed and a handler.
# ends: {"stdout": {"has": "first"}}
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import sys


def make(kind):
    try:
        return interpreters.create(kind)
    except TypeError:
        return interpreters.create(isolated=kind == "isolated")


run = getattr(interpreters, "exec", None) or interpreters.run_string
for kind in ("legacy", "isolated"):
    made = make(kind)
    run(made, "import sys; print('first', __name__, sorted(n for n in sys.modules if 'warmbox' in n), flush=True)")
    run(made, "import collections; print(collections.Counter('aab'), flush=True)")
    interpreters.destroy(made)
left = make("isolated")
run(left, "import atexit; atexit.register(print, 'handler'); print('left')")
sys.stdout.write("end\n")
