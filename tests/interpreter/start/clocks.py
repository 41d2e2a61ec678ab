# Clocks that start with the program or the machine, and nothing that looks like a long life before.
import os
import resource
import time

print(0 <= time.process_time() < 3, time.thread_time() < 3, time.perf_counter() > 0, time.monotonic() > 0, time.time() > 1.7e9)
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime < 3, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == 0, os.times().children_user)
a, b = time.perf_counter(), time.perf_counter()
print(0 <= b - a < 1, time.get_clock_info("perf_counter").monotonic)
before = time.monotonic()
time.sleep(0.02)
print(time.monotonic() - before >= 0.02)
