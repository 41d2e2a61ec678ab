# No signal is blocked, and the handlers are Python's own.
import signal

for number in sorted(signal.valid_signals()):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        print(number, signal.getsignal(number))
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.set_wakeup_fd(-1), signal.getitimer(signal.ITIMER_REAL), signal.alarm(0), signal.sigpending())
for line in open("/proc/self/status"):
    if line.startswith(("Sig", "Shd", "Threads")) and not line.startswith("SigQ"):
        print(line, end="")
