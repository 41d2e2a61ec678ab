# Looks for the sockets of daemons by name and by walking, and knocks at each: Docker, containerd, the system bus, agents.
# hole: CVE-2020-15257 (containerd): its socket had an abstract name, which every container on the host's network could reach
# hole: Hugging Face sandbox-server PR 15: routes for the host were open to the sandboxes
# stopped by: outer root, network
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os, socket, stat

found = []


def knock(address):
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(address)
            found.append(f"connected {address!r}")
        except OSError as e:
            if e.errno not in (errno.ENOENT, errno.ECONNREFUSED):  # there is something, then
                found.append(f"{address!r}: {e}")


for base in ("/run", "/var/run", "/proc/1/root/run", "/tmp", "/host/run"):
    for name in ("docker.sock", "docker/containerd/containerd.sock", "containerd/containerd.sock", "podman/podman.sock", "crio/crio.sock",
                 "dbus/system_bus_socket", "systemd/private", "systemd/notify", "systemd/journal/socket", "snapd.socket", "cups/cups.sock",
                 "mysqld/mysqld.sock", "postgresql/.s.PGSQL.5432", "buildkit/buildkitd.sock", "user/1000/bus", "nscd/socket", "acpid.socket"):
        path = f"{base}/{name}"
        if os.path.lexists(path):
            found.append(path)
        if not base.startswith("/proc"):
            knock(path)
for name in ("/containerd-shim/moby/x/shim.sock", "/containerd-shim/x.sock@", "/tmp/.X11-unix/X0", "/tmp/dbus-session", "ISCSIADM_ABSTRACT_NAMESPACE",
             "/org/kernel/linux/storage/multipathd", "upstart", "warmbox"):
    knock("\0" + name)
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "usr", "lib", "lib64", "bin", "sbin")]
    found += [f"{folder}/{name}" for name in files if stat.S_ISSOCK(os.lstat(os.path.join(folder, name)).st_mode)]
names = [line.split()[7] for line in open("/proc/net/unix").readlines()[1:] if len(line.split()) > 7]
print("\n".join(found + names) or "nothing")
