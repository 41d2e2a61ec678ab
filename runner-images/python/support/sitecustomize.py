# Runs before every program, so it is small, silent and never fails.
import sys


def keep_order(out, err):
    # what was printed before a line on stderr comes before it, as on a terminal
    from os import getpid

    pid, write = getpid(), err.write

    def ordered(text):
        if getpid() == pid:  # what a parent has not flushed is not its child's to write
            try:
                out.flush()
            except Exception:
                pass  # closed or broken: plain Python tells the program, not we
        return write(text)

    err.write = ordered


class Watch:
    # waits for matplotlib, and for its list of figures; see warmbox_fonts.py and warmbox_end.py
    def find_spec(name, path=None, target=None):
        if name == "matplotlib":
            import warmbox_fonts  # noqa: F401
        if name == "matplotlib._pylab_helpers":
            sys.meta_path.remove(Watch)
            import warmbox_end

            return warmbox_end.found(name, path, target)


sys.meta_path.insert(0, Watch)

if "warmbox_parent" in sys._xoptions:
    kind = sys._xoptions.pop("warmbox_parent")
    try:
        import _warmbox

        is_first = _warmbox.is_first()
    except ImportError:
        is_first = False
    if is_first:
        # no program yet: this is the interpreter of which they are forks, and here it stays
        import warmbox_parent

        warmbox_parent.serve(kind)
    else:  # one that a program has made within its own
        sys.modules.pop("_warmbox", None)
    del kind, is_first

try:
    keep_order(sys.stdout, sys.stderr)
except Exception:
    pass  # a stream that was closed from the start
