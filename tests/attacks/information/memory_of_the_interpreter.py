# Searches all memory that its interpreter wrote, because that was started before this program came: for names from the
# server's environment and command line. (The brackets keep the patterns from finding themselves.)
# stopped by: prepared, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import gc, os, re, sys, threading

secret = re.compile(rb"[W]ARMBOX_TEST_CANARY|--[m]in-idle|--[m]ax-runners|[S]UDO_USER|[S]SH_AUTH|[S]SH_CONN|[X]DG_SESSION|[D]OCKER_HOST|[G]ITHUB_TOKEN"
                    rb"|[I]NVOCATION_ID|[O]LDPWD=|[S]HLVL=|[L]S_COLORS|/[d]ocker\.sock|[L]ISTEN_FDS|[N]OTIFY_SOCKET")
mine = os.urandom(16)
found, seen = [], 0
with open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in open("/proc/self/maps").readlines():
        where, rights, *_ = line.split()
        if rights.startswith("rw"):
            start, end = (int(part, 16) for part in where.split("-"))
            memory.seek(start)
            data = memory.read(end - start) or b""
            seen += mine in data
            found += [f"{match.group()} at {start + match.start():x}: {data[match.start():match.end() + 40]}" for match in secret.finditer(data)]
            del data
if not seen:
    found.append("its own word was not found")
if sys._xoptions or sys.orig_argv != ["python3", "main.py"] or sys.path[0] != "/work":
    found.append(f"started by {sys.orig_argv} {sys._xoptions} {sys.path}")
for thing in gc.get_objects():
    if type(thing).__name__ in ("socket", "FileIO") and not getattr(thing, "closed", True) and thing.fileno() > 2:
        found.append(f"left open: {thing}")
if threading.active_count() != 1 or len(os.listdir("/proc/self/task")) != 1:
    found.append("threads")
print("\n".join(found) or "nothing")
