# Another backend, chosen before and after the import.
# each: ["import matplotlib; matplotlib.use('Agg')", "import matplotlib, matplotlib.pyplot; matplotlib.use('svg')", "import matplotlib.pyplot; matplotlib.pyplot.switch_backend('pdf')", "os.environ['MPLBACKEND'] = 'Agg'", "import matplotlib; matplotlib.rcParams['backend'] = 'ps'", "del os.environ['MPLBACKEND']"]
import os

EACH
import matplotlib
import matplotlib.pyplot as plt

print(plt.get_backend(), matplotlib.rcParams["backend"], type(plt.figure().canvas).__name__)
plt.close("all")
