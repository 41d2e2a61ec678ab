# Leaves a process that holds record locks: on files of its own, on files of the toolchain, on devices.
# hole: isolate before 2.4: locks on files that boxes share stayed open between runs
# stopped by: namespaces, scratch
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import fcntl, os, struct, sys, time, zlib

place = zlib.crc32(sys.argv[2].encode())  # this server's own, and the same in both runs
found, held = [], []
for path, how in (("/tmp/locked", os.O_RDWR | os.O_CREAT), ("/dev/null", os.O_RDWR), ("/dev/urandom", os.O_RDWR),
                  ("/usr/bin/env", os.O_RDONLY), (sys.executable, os.O_RDONLY)):
    held.append(os.open(path, how))
    wanted = fcntl.F_WRLCK if how == os.O_RDONLY else fcntl.F_RDLCK  # a process of the host may well be reading /dev/null
    answer = fcntl.fcntl(held[-1], fcntl.F_GETLK, struct.pack("hhqqi4x", wanted, 0, place, 9, 0))
    if struct.unpack("hhqqi4x", answer)[0] != fcntl.F_UNLCK:
        found.append(path)
print("\n".join(found) or "nothing", flush=True)
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    for f in held:
        for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK):
            try:
                fcntl.fcntl(f, fcntl.F_SETLK, struct.pack("hhqqi4x", kind, 0, place, 9, 0))
            except OSError:
                pass
    os.write(w, b"x")
    time.sleep(60)
os.read(r, 1)
