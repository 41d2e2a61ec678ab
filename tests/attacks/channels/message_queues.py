# Makes message queues under names that the run beside it uses too, and leaves its mark there. Both must be the first to make
# them, and find their own mark alone.
# stopped by: namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, os, sys, time

libc = ctypes.CDLL("librt.so.1", use_errno=True)
libc.mq_receive.restype = ctypes.c_ssize_t
me = sys.argv[1].encode()
found = []
queues = []
for name in (b"/warmbox-channel", b"/a", b"/0"):
    q = libc.mq_open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NONBLOCK, 0o666, None)
    if q < 0:
        found.append(f"{name}: {os.strerror(ctypes.get_errno())}")
        q = libc.mq_open(name, os.O_RDWR | os.O_NONBLOCK)
    libc.mq_send(q, me, len(me), 0)
    queues.append((name, q))
time.sleep(0.2)
for name, q in queues:
    buffer = ctypes.create_string_buffer(8192)
    said = []
    while (size := libc.mq_receive(q, buffer, 8192, None)) >= 0:
        said.append(buffer.raw[:size])
    if said != [me]:
        found.append(f"{name}: {said}")
    libc.mq_send(q, b"left", 4, 0)  # and leaves it
if os.path.exists("/dev/mqueue"):
    found.append(f"/dev/mqueue: {os.listdir('/dev/mqueue')}")
print("\n".join(found) or "nothing")
