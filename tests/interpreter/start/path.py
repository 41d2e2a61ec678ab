# Where modules are looked for, and the work folder.
# differs with libraries: the folder for their settings is there already
import os
import sys

print(sys.path)
print(os.getcwd(), os.path.abspath(__file__), sorted(os.listdir(".")))
print("" in sys.path, sorted(name for name in sys.path_importer_cache if name.startswith("/work")))
print(sorted(os.listdir("/tmp")), sorted(os.listdir("/dev/shm")))
