# Whether anybody has asked to be called at the end.
# differs: the last handler is ours
# differs with libraries: they have asked as well, and those that nobody uses not here
# expect: {"exit_code": 0, "stdout": "1\n"}
import atexit

print(atexit._ncallbacks())
