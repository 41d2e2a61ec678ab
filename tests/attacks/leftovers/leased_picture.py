# A picture with a lease, held by a descriptor that is on its way in a socket nobody has: whoever opens the file must
# wait for the holder's answer, 45 seconds unless told otherwise.
# stopped by: filter, files out
# expect: {"status": "ok", "stdout": "no lease\n", "stderr": "", "images": ["data:image/png;base64,eA=="]}
# takes_at_most_ms: 3000
import fcntl, os, signal, socket
open("leased.png", "w").write("x")
file = os.open("leased.png", os.O_RDWR)
try:
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    print("leased", flush=True)
except PermissionError:
    print("no lease", flush=True)
a, b = socket.socketpair()
socket.send_fds(a, [b"x"], [file, a.fileno(), b.fileno()])
socket.send_fds(b, [b"x"], [file, a.fileno(), b.fileno()])
if os.fork() == 0:
    os.setsid()
    signal.pause()
