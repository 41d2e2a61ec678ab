"""Brings matplotlib the image's list of fonts, which it would take 80 ms to make anew in every run.

Looked for where the image has it (runner-images/python/finish); a host's own Python has none."""
import glob
import os

for ready in glob.glob("/usr/share/matplotlib/fontlist-*.json"):
    try:
        folder = os.environ["MPLCONFIGDIR"]
        os.makedirs(folder, exist_ok=True)
        # a copy: matplotlib of another version than the list's writes its own
        with open(ready, "rb") as source, open(os.path.join(folder, os.path.basename(ready)), "xb") as copy:
            copy.write(source.read())
    except (KeyError, OSError):
        pass  # then matplotlib makes its own
