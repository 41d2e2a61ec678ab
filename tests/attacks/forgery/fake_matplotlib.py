# Brings its own matplotlib, which our picture backend then calls: figures that hold what they like, that
# leave, that write; and names in the folder of figures that are links, folders and FIFOs.
# stopped by: files out, verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "shown\n", "stderr": "", "images": ["data:image/png;base64,b25l", "data:image/png;base64,dHdv"], "images_omitted": 3}
import os, sys

os.makedirs("matplotlib/backends")
files = {"__init__": "def is_interactive(): return False", "backend_bases": "FigureManagerBase = 0", "backends/__init__": "", "backends/backend_agg": "FigureCanvasAgg = 0",
         "_pylab_helpers": """
import os, sys
class Figure:
    def __init__(self, what): self.what = what; self.canvas = self; self.figure = self
    def savefig(self, target, format):
        if callable(self.what): self.what()
        target.write(self.what)
def raises(): raise RuntimeError
class Gcf:
    figures = [Figure(b"one"), Figure(raises), Figure(b"two"), Figure(lambda: sys.exit(0))]
    def get_all_fig_managers(): return list(Gcf.figures)
    def destroy(figure): Gcf.figures.remove(figure)
"""}
for name, text in files.items():
    open("matplotlib/%s.py" % name, "w").write(text)
os.symlink(sys.argv[2], "/run/figures/0001.png")
os.mkdir("/run/figures/0002.png")
os.mkfifo("/run/figures/0003.png")
os.symlink("/tmp/new.png", "/run/figures/0004.png")
os.unlink("/run/figures/0004.png")
__import__("matplotlib._pylab_helpers")  # not as programs import it: those have the real one already
print("shown", flush=True)
sys.exit(43)
