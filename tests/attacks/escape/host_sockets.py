# Connects to local sockets of the host's services: nameless in the file system ("abstract"), which belong to the
# network namespace, and by the paths of Docker, containerd, D-Bus, the journal, display servers.
# hole: CVE-2020-15257 (containerd): its abstract socket was within reach of containers with the host's network
# stopped by: network, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, glob, os, socket

PATHS = """/run/docker.sock /var/run/docker.sock /run/containerd/containerd.sock /run/podman/podman.sock /run/crio/crio.sock /run/dbus/system_bus_socket
    /run/systemd/notify /run/systemd/private /run/systemd/journal/socket /run/systemd/journal/dev-log /run/systemd/coredump /dev/log /run/udev/control
    /run/user/0/bus /run/user/1000/bus /run/nscd/socket /run/snapd.socket /tmp/.X11-unix/X0 /run/postgresql/.s.PGSQL.5432 /run/mysqld/mysqld.sock
    /var/run/warmbox.sock /proc/1/root/run/docker.sock /proc/self/root/run/docker.sock /proc/1/cwd/run/docker.sock""".split()
ABSTRACT = ["/tmp/.X11-unix/X0", "/tmp/dbus-x", "/org/kernel/udev/udevd", "/containerd-shim/moby/x/shim.sock", "ISCSIADM_ABSTRACT_NAMESPACE", "/run/systemd/journal/stdout", "snapd", "docker", "warmbox"]
for line in open("/proc/net/unix").readlines()[1:]:
    fields = line.split()
    if len(fields) > 7:
        print("there is", fields[7])
        ABSTRACT.append(fields[7].lstrip("@"))
for name in PATHS + ["\0" + name for name in ABSTRACT] + glob.glob("/run/**/*.sock", recursive=True):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as s:
            error = s.connect_ex(name)
            if error not in (errno.ENOENT, errno.ECONNREFUSED, errno.EACCES, errno.ENOTDIR):
                print(repr(name), errno.errorcode.get(error, error))
for folder, folders, files in os.walk("/run"):
    for name in files:
        print("there is", folder, name)
print("nothing")
