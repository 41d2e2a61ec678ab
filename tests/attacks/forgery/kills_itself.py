# Kills itself with SIGKILL, as the kernel does where memory is short: that is no memory limit.
# stopped by: verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": null, "signal": "SIGKILL", "stdout": "Killed\n", "stderr": "Out of memory: Killed process 2 (python3)\n"}
import os

os.write(1, b"Killed\n")
os.write(2, b"Out of memory: Killed process 2 (python3)\n")
os.kill(os.getpid(), 9)
