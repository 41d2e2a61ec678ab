# Whether anybody has asked to be called at the end.
import atexit

print(atexit._ncallbacks())
