# Has the kernel start a program of its choice on the host: by the handler of crashes, the loader of modules, the
# hot-plug helper, the release agent, formats of executables, the magic key. Opens them for writing, writes nothing.
# hole: CVE-2022-0492 (Linux): release_agent; core_pattern is the same way out of every privileged container
# stopped by: proc, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, glob, os

FILES = """/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hotplug /proc/sys/kernel/poweroff_cmd
    /proc/sys/kernel/core_pipe_limit /proc/sys/kernel/core_uses_pid /proc/sys/kernel/usermodehelper/bset /proc/sys/kernel/modules_disabled
    /proc/sys/kernel/randomize_va_space /proc/sys/kernel/sysrq /proc/sys/kernel/ns_last_pid /proc/sys/vm/panic_on_oom /proc/sys/fs/suid_dumpable
    /proc/sys/fs/binfmt_misc/register /proc/sys/fs/binfmt_misc/status /proc/sysrq-trigger /proc/kcore /proc/acpi/wakeup
    /sys/kernel/uevent_helper /sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/vmcoreinfo /sys/power/state /sys/fs/cgroup/release_agent
    /sys/fs/cgroup/memory/release_agent /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/bpf /sys/kernel/debug
    /sys/kernel/security /sys/devices/system/cpu/cpu0/online /sys/class/net/lo/mtu /dev/cpu_dma_latency /dev/watchdog /dev/kmsg /dev/kvm""".split()
masked = os.stat("/dev/null")
for path in FILES + glob.glob("/proc/1/root/proc/sys/kernel/c*") + ["/proc/self/root" + path for path in FILES] + ["/proc/thread-self/root" + path for path in FILES]:
    for mode in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_CREAT, os.O_RDWR | os.O_PATH):
        try:
            file = os.open(path, mode, 0o600)
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR):
                print(path, error)
            continue
        if not mode & os.O_PATH and not os.path.samestat(os.fstat(file), masked):
            print("opened", path)
        if mode & os.O_PATH:
            try:
                os.open(f"/proc/self/fd/{file}", os.O_WRONLY)
                if not os.path.samestat(os.fstat(file), masked):
                    print("opened again", path)
            except OSError:
                pass
        os.close(file)
if os.path.exists("/sys"):
    print("there is a /sys")
for line in open("/proc/self/mountinfo"):
    kind = line.split(" - ")[1].split()[0]
    if kind in ("sysfs", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "bpf", "binfmt_misc", "configfs", "devpts", "mqueue", "fusectl", "efivarfs", "pstore", "hugetlbfs", "nsfs"):
        print(kind, "is mounted")
print("nothing")
