# Says that its time was up and ends as `timeout` does: that is no time limit.
# stopped by: verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": 124, "signal": null, "stdout": "", "stderr": "time limit exceeded: wall_ms 10000\n"}
import sys

print("time limit exceeded: wall_ms 10000", file=sys.stderr)
sys.exit(124)
