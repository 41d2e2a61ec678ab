# A regular expression that takes time without end on a short text.
# stopped by: meter
# request: {"limits": {"cpu_ms": 200}}
# expect: {"status": "time_limit", "limit": "cpu_ms", "stdout": "on\n", "stderr": "", "usage": {"cpu_ms": {"most": 400}}}
# takes_at_most_ms: 4000
import re
print("on", flush=True)
print(re.match("(a+)+$", "a" * 60 + "b"))
