# Looks for what people and programs keep: homes by the user database and by name, keys, tokens, histories, and secrets
# that orchestrators mount.
# stopped by: outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, pwd

found = []
homes = {user.pw_dir for user in pwd.getpwall()} | {os.path.expanduser(f"~{name}") for name in ("root", "nobody", "ubuntu", "runner")}
homes |= {"/root", "/home", "/Users", "/mnt", "/media", "/srv", "/data", "/var/lib", "/var/run", "/var/log", "/var/spool", "/var/backups",
          "/run/secrets", "/run/user", "/var/lib/docker", "/lost+found", "/usr/local/share/secrets", "/opt/app", "/github"}
for home in homes - {"/tmp"}:
    if os.path.isdir(home):
        found += [os.path.join(home, name) for name in os.listdir(home)]
for base in homes | {"/", "/work", "/usr", "/usr/local", "/opt", "/opt/warmbox", "/tmp", os.environ["HOME"]}:
    for name in (".ssh", ".ssh/id_rsa", ".ssh/id_ed25519", ".aws/credentials", ".docker/config.json", ".kube/config", ".netrc", ".pgpass",
                 ".bash_history", ".python_history", ".bashrc", ".git", ".git-credentials", ".gnupg", ".npmrc", ".env", ".config",
                 ".dockerenv", "warmbox.toml", "token", "secrets", "serviceaccount/token"):
        if os.path.lexists(os.path.join(base, name)):
            found.append(os.path.join(base, name))
# what only its owner may read is not for us either, should the toolchain hold such a file
for folder in ("/usr", "/usr/local", "/usr/local/bin", "/usr/local/share", "/usr/bin", "/usr/sbin", "/usr/libexec", "/usr/lib", "/usr/lib/dbus-1.0", "/usr/share"):
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        try:
            mode = entry.stat().st_mode & (0o005 if entry.is_dir() else 0o004)
            if not mode and entry.stat().st_uid != os.getuid() and os.access(entry.path, os.R_OK):
                found.append(entry.path)
        except OSError:
            pass
print("\n".join(sorted(found)) or "nothing")
