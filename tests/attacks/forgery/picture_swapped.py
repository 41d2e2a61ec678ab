# Four processes swap pictures and folders for links and FIFOs, as fast as they can, while it ends: who
# looks at a name first and opens it then would open something else.
# hole: go-judge 176 (2025): a link in the middle of a path was followed by the second opening
# hole: Docker CVE-2018-15664, CVE-2026-41568: docker cp resolved a path, and a link was swapped in before it was used
# hole: Docker Sandboxes CVE-2026-77179, CVE-2026-103916: files were copied through links that the guest made
# stopped by: files out, namespaces
# expect: {"status": "runtime_error", "exit_code": 43, "stdout": "swapping\n", "stderr": "", "images": {"any": [[], ["data:image/png;base64,cmVhbA=="]]}}
# takes_at_most_ms: 3000
import os, sys, time

for folder, text in (("real", "real"), ("../tmp/followed", "followed")):
    os.mkdir(folder)
    open(folder + "/x.png", "w").write(text)
os.symlink("../tmp/followed", "link")
os.mkfifo("fifo")

def swap_folders(n):
    os.symlink("../tmp/followed", "link%d" % n)
    os.mkdir("real%d" % n)
    os.link("real/x.png", "real%d/x.png" % n)
    while True:
        for what in ("real%d" % n, "link%d" % n):
            os.rename(what, "sub%d" % n)
            os.rename("sub%d" % n, what)

def swap_pictures(n):
    while True:
        for make, what in ((os.link, "real/x.png"), (os.symlink, "../tmp/followed/x.png"), (os.link, "fifo"), (os.symlink, sys.argv[2])):
            make(what, "new%d" % n)
            os.rename("new%d" % n, "x%d.png" % n)

for n in range(4):
    if os.fork() == 0:
        (swap_folders if n % 2 else swap_pictures)(n)
time.sleep(0.1)
print("swapping", flush=True)
os._exit(43)
