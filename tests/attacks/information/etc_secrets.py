# Reads the host's /etc by every way of writing its path, and lists what is there at all: nothing but the loader's
# settings, time zone, fonts and three files of our own making.
# hole: issue 176 (go-judge): a link named as a result brought files of the host's /etc out
# stopped by: outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os

shown = {"ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "matplotlibrc", "mime.types", "localtime",
         "fonts", "ssl", "passwd", "group", "hosts"}
found = [f"/etc/{name}" for name in os.listdir("/etc") if name not in shown and not name.startswith("python3")]
found += [f"/etc/ssl/{name}" for name in os.listdir("/etc/ssl") if name != "openssl.cnf"]
secrets = ("shadow", "shadow-", "gshadow", "sudoers", "sudoers.d", "ssh", "machine-id", "hostname", "resolv.conf", "fstab",
           "crontab", "docker/daemon.json", "kubernetes/admin.conf", "NetworkManager", "wireguard", "krb5.keytab",
           "letsencrypt", "ssl/private", "environment", "security/opasswd", "passwd-", "subuid", "mtab", "os-release")
roads = ("/etc/", "//etc//", "/usr/../etc/", "/proc/self/root/etc/", "/proc/1/root/etc/", "/proc/thread-self/root/etc/",
         "/proc/self/cwd/../etc/", "/dev/fd/../root/etc/", "/etc/fonts/../", "/lib/../../etc/", "/opt/warmbox/../../etc/")
for road in roads:
    for name in secrets:
        try:
            os.stat(road + name)
            found.append(road + name)
        except (FileNotFoundError, PermissionError, NotADirectoryError):
            pass
own = {"passwd": "root:x:0:0::/nonexistent:/usr/sbin/nologin\nsandbox:x:1000:1000:sandbox:/tmp:/bin/sh\n",
       "group": "root:x:0:\nsandbox:x:1000:\n", "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n"}
found += [f"/etc/{name} is not ours" for name, text in own.items() if open("/etc/" + name).read() != text]
print("\n".join(found) or "nothing")
