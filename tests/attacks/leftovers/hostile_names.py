# Files whose names are options, commands, lines, paths, no text at all, as long as can be, or those of the service.
# hole: Judge0, as of 47dfd63: cleans up with a shell, by names that programs have chosen
# stopped by: scratch, files out
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "images": ["data:image/png;base64,eA=="], "images_omitted": 0}
import os

names = [b"-rf", b"--no-preserve-root", b"$(touch left)", b"`id`", b"; reboot #", b"a\nb.png", b"\r\n", b"\xff\xfe.png", b" ",
         b"*", b"~", b"%s%n", b"...", b"x" * 251 + b".png", "\u202egnp.png".encode(), "..\u2215.png".encode(), b".png", b"0001.png",
         b"stdout", b"link", b"main", b"\x1b[2J.png"]
found = []
for folder in (b"/work/", b"/tmp/", b"/dev/shm/"):
    found += [str(folder + name) for name in os.listdir(folder) if name in names]
    for name in names:
        with open(folder + name, "w") as file:
            file.write("x" * name.endswith(b".png"))
print("\n".join(found) or "nothing")
