# Settings that the program changes before, within and beside the import.
# ends: {"stderr": {}}
import os

with open("matplotlibrc", "w") as file:
    file.write("lines.linewidth: 7\nbackend: Agg\n")
import matplotlib

print(matplotlib.matplotlib_fname(), matplotlib.rcParams["lines.linewidth"])
import matplotlib.pyplot as plt

with plt.rc_context({"lines.linewidth": 3}):
    print(plt.rcParams["lines.linewidth"])
plt.style.use("ggplot")
print(plt.rcParams["axes.facecolor"])
plt.rcdefaults()
print(plt.rcParams["lines.linewidth"], plt.rcParams["axes.facecolor"])
