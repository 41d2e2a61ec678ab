# One that is open for reading and writing, whose buffer is written at the end; the warning is asked for.
# ends: {"stderr": {"has": "ResourceWarning"}}
import warnings

warnings.simplefilter("always", ResourceWarning)
file = open("/tmp/both", "w+")
file.write("written at the end")
print("main")
