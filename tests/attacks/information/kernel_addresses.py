# Collects what makes kernel holes usable: addresses of symbols, modules, physical memory, other people's keys, locks and
# timers, page frames of its own memory. Each is hidden, refused or zero.
# hole: rowhammer by /proc/self/pagemap (closed in Linux 4.0); kernels whose kallsyms were open to containers
# stopped by: proc, no privileges
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, os, struct

found = []
for name in ("kallsyms", "kcore", "kmsg", "modules", "iomem", "ioports", "vmallocinfo", "slabinfo", "timer_list", "sched_debug", "keys", "key-users",
             "locks", "interrupts", "kpagecount", "kpageflags", "kpagecgroup", "latency_stats", "schedstat", "mtrr", "sysrq-trigger", "pagetypeinfo",
             "vmcore", "allocinfo", "self/stack", "thread-self/stack", "1/stack", "config.gz", "cmdline", "bootconfig", "swaps", "partitions", "diskstats"):
    try:
        data = open("/proc/" + name, "rb").read(4096)
        if data:
            found.append(f"/proc/{name}: {data[:60]}")
    except OSError as e:
        if e.errno not in (errno.EACCES, errno.EPERM, errno.ENOENT, errno.EIO):
            found.append(f"/proc/{name}: {e}")
for name in ("acpi", "asound", "bus", "driver", "fs", "irq", "scsi", "tty"):
    if os.path.exists("/proc/" + name) and os.listdir("/proc/" + name):
        found.append(f"/proc/{name}: {os.listdir('/proc/' + name)}")
if open("/proc/self/wchan").read() not in ("0", ""):
    found.append("wchan")
fields = open("/proc/self/stat").read().rsplit(") ", 1)[1].split()
if fields[32] not in ("0", "1"):  # once an address in the kernel
    found.append(f"wchan in stat: {fields[32]}")
# page frames of memory that is surely there
memory = ctypes.create_string_buffer(b"x" * 65536)
try:
    with open("/proc/self/pagemap", "rb", buffering=0) as f:
        f.seek((ctypes.addressof(memory) // 4096 + 4) * 8)
        entry = struct.unpack("Q", f.read(8))[0]
    if entry & (1 << 55) - 1 or not entry >> 63:
        found.append(f"page frame {entry:x}")
except PermissionError:
    pass
# sockets and namespaces are named by numbers, never by kernel pointers
sockets = [line.split()[0] for line in open("/proc/net/unix").readlines()[1:]]
found += [f"socket at {name}" for name in sockets if name.lower().startswith("ffff") and len(name) > 8]
print("\n".join(found) or "nothing")
