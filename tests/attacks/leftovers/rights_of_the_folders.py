# Takes its folders' rights away, gives its files to others, moves and removes the folders themselves.
# stopped by: scratch, outer root, identities
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os

found = []
folders = {"/work": 0o40700, "/tmp": 0o41777, "/dev/shm": 0o41777, "/run/figures": 0o40700}
for folder, mode in folders.items():
    if os.stat(folder).st_mode != mode or os.listdir(folder) not in ([], ["main.py"]):
        found.append(f"{folder}: {os.stat(folder).st_mode:o} {os.listdir(folder)}")
    open(folder + "/can-be-written", "w").close()
    os.unlink(folder + "/can-be-written")
for folder in [*folders, "/run", "/opt", "/opt/warmbox", "/usr", "/etc", "/", "/dev/null"]:
    for name, attempt in (("moved", lambda: os.rename(folder, folder + "-left")), ("given away", lambda: os.chown(folder, 0, 0)),
                          ("given to 65534", lambda: os.chown(folder, 65534, 65534))):
        try:
            attempt()
            found.append(f"{name}: {folder}")
        except OSError:
            pass
    if folder not in folders:
        try:
            os.chmod(folder, 0o777)
            found.append("opened " + folder)
        except OSError:
            pass
print("\n".join(found) or "nothing", flush=True)
for folder in folders:
    open(folder + "/shut", "w").close()
    os.chmod(folder + "/shut", 0)
    try:
        os.chmod(folder, 0)
    except OSError:
        pass
