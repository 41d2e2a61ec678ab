# One call that takes minutes and looks at no signal on the way: a number of a hundred million digits.
# stopped by: meter
# request: {"limits": {"cpu_ms": 200}}
# expect: {"status": "time_limit", "limit": "cpu_ms", "stdout": "on\n", "stderr": "", "usage": {"cpu_ms": {"most": 400}}}
# takes_at_most_ms: 4000
import signal
signal.signal(signal.SIGALRM, lambda *_: print("interrupted"))
signal.setitimer(signal.ITIMER_REAL, 0.05)
print("on", flush=True)
print((3 ** 200_000_001).bit_length())
