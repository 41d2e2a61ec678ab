# The process: ids, files, folder, mask.
import os
import stat

print(os.getpid() > 1, os.getppid() > 0, os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid())
print(os.getuid(), os.getgid(), os.geteuid(), os.getegid(), os.getresuid())
listing = os.open("/proc/self/fd", os.O_RDONLY)
print(sorted(int(fd) for fd in os.listdir(listing) if int(fd) != listing), listing)
os.close(listing)
mask = os.umask(0)
os.umask(mask)
print(oct(mask), os.sched_getscheduler(0), os.getcwd())
open("new", "w").close()
os.mkdir("folder")
print(oct(os.stat("new").st_mode), oct(os.stat("folder").st_mode), stat.S_ISDIR(os.stat("/proc/self").st_mode))
print(os.open("/dev/null", os.O_RDONLY))
print(open("/proc/self/comm").read())
