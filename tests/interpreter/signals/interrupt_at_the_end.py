# An interrupt while the handlers run.
# ends: {"exit_code": 0, "stdout": "main\none\n", "stderr": {"has": ["Exception ignored in atexit", "KeyboardInterrupt"]}}
import atexit
import signal

atexit.register(print, "one")
atexit.register(signal.raise_signal, signal.SIGINT)
print("main")
