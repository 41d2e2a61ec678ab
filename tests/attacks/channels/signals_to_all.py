# Signals everything that it can name, all at once and one by one, by number, group, queue and process descriptor, and counts
# what signals come in from others.
# hole: issue 196 (Piston): a signal to a whole group reached those that were not meant
# stopped by: namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os, signal, time

found = []
asked = {signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGCONT, signal.SIGIO, signal.SIGRTMIN, signal.SIGTERM, signal.SIGINT}
signal.pthread_sigmask(signal.SIG_BLOCK, asked)
end = time.monotonic() + 0.25
# The shadow of an interpreter that waited is the program's own memory.
shadow = [int(name) for name in os.listdir("/proc") if name.isdigit() and "shadow" in open(f"/proc/{name}/comm").read()]
pids = [pid for pid in range(2, 2000) if pid != os.getpid() and pid not in shadow]
while time.monotonic() < end:
    for number in (signal.SIGUSR1, signal.SIGTERM):
        try:
            os.kill(-1, number)
            found += [] if shadow else ["reached somebody"]
        except ProcessLookupError:  # the first process and itself do not count
            pass
    for pid in pids:
        try:
            os.kill(pid, signal.SIGUSR2)
            found.append(f"reached {pid}")
        except ProcessLookupError:
            pass
        except OSError as e:
            found.append(f"{pid}: {e}")
        try:
            if pid < 50:
                signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGUSR2)
                found.append(f"reached {pid} by descriptor")
        except ProcessLookupError:
            pass
    time.sleep(0.02)
while got := signal.sigtimedwait(asked, 0):
    found.append(f"signal {got.si_signo} from {got.si_pid} {got.si_uid}")
print("\n".join(dict.fromkeys(found)) or "nothing")
