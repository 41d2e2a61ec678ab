# The first process of the reference: starts the plain interpreter as a shell would, and reports how
# it ended. Its own end takes with it what the program left running.
import fcntl
import os
import resource
import signal
import socket
import struct
import sys

REPORT = 3
# as a sandbox's first process sets them
IDS = (1000, 1000, 1000)
STACK_BYTES = 64 << 20
OPEN_FILES = 256
# <linux/sockios.h> and <linux/if.h>
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def start(words, environment):
    os.setsid()
    os.umask(0o022)
    os.chdir("/work")
    resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, STACK_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    for stream in range(3):
        os.fchown(stream, *IDS[:2])  # or nobody could open /dev/stdout
    os.setgroups([])
    os.setresgid(*IDS)
    os.setresuid(*IDS)
    os.closerange(3, OPEN_FILES)
    os.execve("/usr/bin/" + words[0], words, environment)


cut = sys.argv.index("--")
with socket.socket() as loopback:
    fcntl.ioctl(loopback, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
program = os.fork()
if program == 0:
    try:
        start(sys.argv[cut + 1 :], dict(pair.split("=", 1) for pair in sys.argv[1:cut]))
    except BaseException as error:
        os.write(2, b"the reference cannot start: %r" % error)
        os._exit(125)
os.closerange(0, 3)
while True:
    pid, status = os.wait()
    if pid == program:
        break
code = os.waitstatus_to_exitcode(status)
os.write(REPORT, str(code if code >= 0 else signal.Signals(-code).name).encode())
os._exit(0)
