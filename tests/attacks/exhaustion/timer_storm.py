# Timers that fire a million times a second, as many as there can be: interrupts are CPU time, too.
# stopped by: rlimits, meter
# request: {"limits": {"cpu_ms": 300, "wall_ms": 3000}}
# expect: {"status": "time_limit", "limit": "cpu_ms", "stdout": "refused: 11\n", "stderr": ""}
# takes_at_most_ms: 4000
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
signal.signal(signal.SIGALRM, lambda *_: None)
timer, often, made = ctypes.c_void_p(), (ctypes.c_long * 4)(0, 1000, 0, 1000), 0
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
while made < 5000 and libc.timer_create(1, None, ctypes.byref(timer)) == 0:
    libc.timer_settime(timer, 0, often, None)
    made += 1
os.write(1, b"refused: %d\n" % ctypes.get_errno() if made <= 1024 else b"%d timers\n" % made)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
while True:
    signal.pause()
