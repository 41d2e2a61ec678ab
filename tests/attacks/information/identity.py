# Asks who it is by every way: one ordinary user without other groups, in its user database too, without a capability in any
# of the five sets, behind the filter, and never more, in children neither.
# hole: CVE-2022-36109 (Docker): supplementary groups remained; CVE-2022-24769 (Docker): inheritable capabilities
# hole: e92f625 (dify-sandbox): uids that /etc/passwd did not know, so that getpwuid failed
# hole: go-judge 65: no filter of system calls unless one was configured
# stopped by: no privileges, filter, identities
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import getpass, grp, os, pwd, subprocess

found = []
if os.getresuid() != (1000,) * 3 or os.getresgid() != (1000,) * 3:
    found.append(f"{os.getresuid()} {os.getresgid()}")
if set(os.getgroups()) - {1000, 65534}:  # where groups cannot be left they are nobody's
    found.append(f"groups {os.getgroups()}")
user = pwd.getpwuid(os.getuid())
if (user.pw_name, user.pw_dir, getpass.getuser(), grp.getgrgid(os.getgid()).gr_name) != ("sandbox", "/tmp", "sandbox", "sandbox"):
    found.append(f"{user}")
if [u.pw_name for u in pwd.getpwall()] != ["root", "sandbox"] or [g.gr_name for g in grp.getgrall()] != ["root", "sandbox"]:
    found.append("users of the host")
if os.path.expanduser("~") != "/tmp" or os.path.expanduser("~sandbox") != "/tmp":
    found.append("home")
for command, wanted in ((["whoami"], "sandbox"), (["id", "-u"], "1000"), (["id", "-gn"], "sandbox")):
    if (said := subprocess.run(command, capture_output=True, text=True).stdout.strip()) != wanted:
        found.append(f"{command} said {said}")
own = open("/proc/self/status").read()
child = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True).stdout
for status in (own, child):
    fields = dict(line.split(":", 1) for line in status.splitlines())
    for name, wanted in (("NoNewPrivs", "1"), ("Seccomp", "2"), ("TracerPid", "0"), ("Uid", "1000\t1000\t1000\t1000"), ("Gid", "1000\t1000\t1000\t1000"),
                         *((f"Cap{which}", "0" * 16) for which in ("Inh", "Prm", "Eff", "Bnd", "Amb"))):
        if fields[name].strip() != wanted:
            found.append(f"{name} is {fields[name].strip()}")
    if int(fields["Seccomp_filters"]) < 1:
        found.append("no filter")
mapped = [line.split() for line in open("/proc/self/uid_map")]
if any(inside not in ("1", "1000") or count != "1" for inside, _, count in mapped):
    found.append(f"mapped {mapped}")
for take in (os.setuid, os.setgid, os.seteuid, os.setegid):
    for other in (0, 1, 65534):
        try:
            take(other)
            found.append(f"{take.__name__} {other}")
        except (PermissionError, OSError):
            pass
print("\n".join(found) or "nothing")
