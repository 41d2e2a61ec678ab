# Signals that nobody handles.
# ends: {"exit_code": {}, "signal": {}, "stdout": {"has": "flushed\n"}}
# each: ["SIGTERM", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGSEGV", "SIGABRT", "SIGFPE", "SIGILL", "SIGBUS", "SIGPIPE", "SIGXCPU", "SIGTRAP", "SIGVTALRM", "SIGPROF", "SIGKILL", "SIGCHLD", "SIGCONT", "SIGWINCH", "SIGURG"]
import os
import signal

print("flushed", flush=True)
print("buffered")
os.kill(os.getpid(), signal.EACH)
print("after", flush=True)
