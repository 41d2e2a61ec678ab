# Parts of packages that are there only when they are imported.
# each: ["os.path", "concurrent.futures", "concurrent.futures.thread", "xml.etree.ElementTree", "importlib.util", "importlib.abc", "importlib.metadata", "importlib.resources", "multiprocessing.pool", "multiprocessing.shared_memory", "logging.handlers", "logging.config", "email.message", "urllib.request", "urllib.parse", "json.tool", "collections.abc", "unittest.mock", "http.client", "asyncio.subprocess", "encodings.latin_1", "matplotlib.pyplot", "matplotlib.patches", "matplotlib.colors", "scipy.stats", "numpy.random", "numpy.linalg", "numpy.fft", "numpy.ma", "numpy.testing", "mpl_toolkits.mplot3d", "PIL.Image"]
import operator

package, _, part = "EACH".partition(".")
__import__(package)
import sys

try:
    print(type(operator.attrgetter(part)(sys.modules[package])).__name__)
except AttributeError as error:
    print(error)
