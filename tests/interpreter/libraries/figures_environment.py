# Where the library keeps its own files, if the program says so before it imports it.
import os

os.environ["MPLCONFIGDIR"] = "/tmp/mine"
import matplotlib

print(matplotlib.get_configdir(), matplotlib.get_cachedir())
