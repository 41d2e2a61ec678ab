"""A matplotlib backend that hands figures over as PNG files instead of windows."""
import io
import os

from matplotlib import is_interactive
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase as FigureManager  # noqa: F401
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas  # noqa: F401

FOLDER = "/run/figures"


def show(*args, block=None, **kwargs):
    """Every open figure is saved and closed, as when a user looks at the windows and closes them.

    Without blocking they stay open: they are saved as they look when the program ends."""
    if args:
        block = args[0]
    if block is None:
        block = not is_interactive()
    if block:
        for manager in Gcf.get_all_fig_managers():
            _save(manager)
            Gcf.destroy(manager)


def save_open_figures():
    """At the end of the program: silent, whatever the figures have to say."""
    managers = Gcf.get_all_fig_managers()
    if not managers:
        return  # nothing of the program's is touched
    import logging
    import warnings

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for manager in managers:
        try:
            _save(manager)
        except Exception:
            pass  # a figure that cannot be drawn must not take the others with it


def _save(manager):
    picture = io.BytesIO()
    manager.canvas.figure.savefig(picture, format="png")
    for number in range(1, 10000):
        path = os.path.join(FOLDER, "%04d.png" % number)
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            continue  # an earlier figure, or one of another process of this program
        except OSError:
            return
        try:
            with open(file, "wb") as target:
                target.write(picture.getbuffer())
        except OSError:
            os.unlink(path)  # half a picture is none
        return
