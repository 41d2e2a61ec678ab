# Keeps as many descriptors on their way as the kernel lets a user have, in sockets that nobody reads, and pipes as large as they
# get. Both are counted by user over the whole machine, and supervisors pass descriptors and make pipes too.
# stopped by: identities, rlimits, pool
# request: {"limits": {"open_files": 1024, "wall_ms": 3000}}
# expect: {"status": "ok", "stdout": {"has": "whole\n"}, "stdout_bytes": 200006, "stderr": ""}
import array, fcntl, os, socket, sys, time

null = os.open("/dev/null", os.O_RDONLY)
ends = [socket.socketpair() for _ in range(40)]
for a, b in ends:
    a.setblocking(False)
    try:
        while True:
            a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null] * 250))])
    except OSError:
        pass
pipes = []
try:
    while len(pipes) < 400:
        pipes.append(os.pipe())
        fcntl.fcntl(pipes[-1][1], 1031, 1 << 20)
except OSError:
    pass
time.sleep(0.4)
sys.stdout.write("x" * 200000 + "whole\n")
