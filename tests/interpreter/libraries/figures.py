# The state of the plotting library: backend, settings, numbers of figures.
import matplotlib
import matplotlib.pyplot as plt

print(matplotlib.__version__, plt.get_backend(), matplotlib.get_backend(), matplotlib.rcParams["backend"])
print(plt.get_fignums(), plt.isinteractive(), plt.figure().number, plt.figure().number, plt.figure(7).number, plt.figure().number)
plt.close("all")
print(plt.get_fignums(), plt.gcf().number, plt.gca().get_title() == "", plt.rcParams["figure.figsize"], plt.rcParams["axes.prop_cycle"])
different = {k for k in matplotlib.rcParams if k != "backend" and matplotlib.rcParams[k] != matplotlib.rcParamsDefault[k]}
print(sorted(different), matplotlib.rcParams["font.family"], matplotlib.matplotlib_fname(), matplotlib.get_configdir(), matplotlib.get_cachedir())
print(plt.plot([1, 2])[0].get_color(), plt.plot([1, 2])[0].get_color(), plt.style.available[:3])
plt.close("all")
import logging

print(logging.getLogger("matplotlib").handlers, logging.getLogger("matplotlib").level, logging.root.handlers)
