# Signals with handlers, timers, waits and masks.
import os
import signal
import time

seen = []
for name in ("SIGTERM", "SIGINT", "SIGUSR1", "SIGPIPE", "SIGHUP"):
    signal.signal(getattr(signal, name), lambda number, frame: seen.append((signal.Signals(number).name, frame.f_code.co_name)))
    os.kill(os.getpid(), getattr(signal, name))
print(seen)
signal.signal(signal.SIGALRM, lambda *a: seen.append("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
while seen.count("alarm") < 3:
    signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0)
print(seen.count("alarm") >= 3)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
os.kill(os.getpid(), signal.SIGUSR2)
print(signal.sigpending(), signal.sigwait([signal.SIGUSR2]))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.kill(os.getpid(), signal.SIGTERM)
r, w = os.pipe2(os.O_NONBLOCK)
print(signal.set_wakeup_fd(w), signal.set_wakeup_fd(w) == w)
os.kill(os.getpid(), signal.SIGUSR1)
print(os.read(r, 9) == bytes([signal.SIGUSR1]))
