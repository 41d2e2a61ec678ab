# A settings file that the user has sent.
# ends: {"stdout": "matplotlibrc 9.0\n"}
import matplotlib

print(matplotlib.matplotlib_fname(), matplotlib.rcParams["lines.linewidth"])
# === matplotlibrc ===
lines.linewidth: 9
