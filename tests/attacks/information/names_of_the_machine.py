# Looks for what names the machine or its boot: host name, domain, ids, serial numbers, boot line, kernel configuration, the
# host's handler of crashes. A fixed name is all that is told.
# stopped by: namespaces, outer root, proc
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, os, platform, socket, uuid

found = []
names = {os.uname().nodename, socket.gethostname(), platform.node(), open("/proc/sys/kernel/hostname").read().strip(), socket.getfqdn()}
if names - {"sandbox", "localhost"}:
    found.append(f"host name {names}")
domain = ctypes.create_string_buffer(65)
ctypes.CDLL(None).getdomainname(domain, 65)
if {domain.value, open("/proc/sys/kernel/domainname", "rb").read().strip()} - {b"", b"(none)"}:
    found.append(f"domain {domain.value}")
for path in ("/etc/machine-id", "/etc/hostname", "/etc/mailname", "/etc/hostid", "/var/lib/dbus/machine-id", "/etc/os-release", "/etc/issue", "/etc/timezone",
             "/etc/resolv.conf", "/proc/sys/kernel/random/boot_id", "/proc/self/root/proc/sys/kernel/random/boot_id", "/proc/cmdline", "/proc/config.gz",
             "/sys/class/dmi/id/product_uuid", "/sys/class/net/eth0/address", "/sys/firmware/devicetree/base/serial-number", "/.dockerenv", "/run/.containerenv",
             "/proc/device-tree/model", "/proc/scsi/scsi", "/proc/bootconfig"):
    try:
        if data := open(path, "rb").read(64):
            found.append(f"{path}: {data}")
    except (FileNotFoundError, PermissionError):
        pass
if ctypes.CDLL(None).gethostid() & 0xffffffff not in (0, 0x007f0100, 0x7f000001, 0x100007f, 0xff7f0100):
    found.append(f"host id {ctypes.CDLL(None).gethostid():x}")
node = uuid.getnode()
if not node >> 40 & 1:  # no random one, so that of a network card
    found.append(f"network card {node:x}")
if os.path.exists("/sys") or os.path.exists("/boot"):
    found.append("/sys or /boot")
print("\n".join(found) or "nothing")
