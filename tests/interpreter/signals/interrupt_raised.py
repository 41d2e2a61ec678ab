# The same without a signal.
# ends: {"signal": "SIGINT", "stdout": "before\n", "stderr": {"has": "KeyboardInterrupt: by hand"}}
print("before")
raise KeyboardInterrupt("by hand")
