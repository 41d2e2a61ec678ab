# Ends while many processes and threads are in the middle of writing to both streams, and wait for the supervisor.
# hole: Piston 37141e8, 040e19f, fe2fc37 (2023, "job-cleanup evasion"): clean-up was left out when the execution ended in an error
# stopped by: namespaces, output
# expect: {"status": "ok", "exit_code": 0, "stdout": {"has": "nothing\n"}}
# takes_at_most_ms: 4000
import os, threading, time
names = [open(f"/proc/{name}/comm").read() for name in os.listdir("/proc") if name.isdigit()]
print("writers" if "left-writer\n" in names else "nothing", flush=True)


def write():
    while True:
        os.write(2, b"x" * 5000)
        os.write(1, b"y" * 5000)


for i in range(3):
    if os.fork() == 0:
        open("/proc/self/comm", "w").write("left-writer")
        for n in range(3):
            threading.Thread(target=write).start()
        write()
time.sleep(0.1)
os._exit(0)
