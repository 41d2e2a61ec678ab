# Listens on a socket file in every folder that it can write, then calls the one name in each: only itself may answer. Where a
# socket file cannot be made, the folder must be read-only.
# stopped by: scratch, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os, socket, sys, time

found = []
me = sys.argv[1].encode()
places = {}
for folder in ("/work", "/tmp", "/dev/shm", "/run/figures", "/var/tmp", "/run", "/run/empty", "/dev", "/etc", "/opt/warmbox", "/usr/bin", "/usr/local/lib",
               "/", "/proc", "/proc/self", "/etc/fonts", "/var"):
    s = socket.socket(socket.AF_UNIX)
    try:
        s.bind(folder + "/warmbox-channel")
        s.listen(9)
        s.setblocking(False)
        places[folder] = s
        if folder not in ("/work", "/tmp", "/dev/shm", "/run/figures"):
            found.append(f"a socket in {folder}")
    except OSError as e:
        if e.errno not in (errno.EROFS, errno.EACCES, errno.ENOENT, errno.EPERM):
            found.append(f"{folder}: {e}")
    try:
        os.mkfifo(folder + "/warmbox-fifo")
        if folder not in ("/work", "/tmp", "/dev/shm", "/run/figures"):
            found.append(f"a pipe in {folder}")
    except OSError as e:
        if e.errno not in (errno.EROFS, errno.EACCES, errno.ENOENT, errno.EPERM):
            found.append(f"{folder}: {e}")
if len(places) != 4:
    found.append(f"only in {sorted(places)}")
time.sleep(0.15)
pipes = {}
for folder, listener in places.items():
    pipes[folder] = os.open(folder + "/warmbox-fifo", os.O_RDWR | os.O_NONBLOCK)
    os.write(pipes[folder], me)
    with socket.socket(socket.AF_UNIX) as c:
        c.connect(folder + "/warmbox-channel")
        c.send(me)
time.sleep(0.1)
for folder, listener in places.items():
    if (said := os.read(pipes[folder], 999)) != me:
        found.append(f"pipe in {folder}: {said}")
    calls = 0
    try:
        while True:
            if (said := listener.accept()[0].recv(99)) != me:
                found.append(f"heard in {folder}: {said}")
            calls += 1
    except BlockingIOError:
        pass
    if calls != 1:
        found.append(f"{calls} calls in {folder}")
print("\n".join(found) or "nothing")
