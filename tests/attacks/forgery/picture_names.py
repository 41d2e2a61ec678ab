# Names of pictures with line ends, quotes, commas, options, shell words, bytes that are no UTF-8, two that
# look the same when these are replaced, the longest there are. Of a name nothing is answered but its type.
# hole: Judge0 (clean-up at 47dfd63): names such as -rf, $(id) and line ends reached the shell of a root user
# stopped by: files out, output
# expect: {"status": "ok", "stdout": "", "stderr": "", "images_omitted": 0, "images": ["data:image/png;base64,MDA=", "data:image/jpeg;base64,MDE=", "data:image/gif;base64,MDI=", "data:image/png;base64,MDk=", "data:image/png;base64,MDg=", "data:image/webp;base64,MDU=", "data:image/bmp;base64,MDY=", "data:image/svg+xml;base64,MDc=", "data:image/png;base64,MDQ=", "data:image/png;base64,MDM="]}
import os

names = [b'"},{"x":"\n\r\t\x1b[2J.png', b"$(id);`id`;-rf *.jpg", b"-rf.gif", b"\xff.png", b"\xfe.PNG", b"a.png,data:text html;base64.webp",
         b"x" * 251 + b".bmp", "\u202egnp.exe.svg".encode(), b".png", b"..png", b"x.png ", b"x.png\n", b"x.html", b"x.png.html"]
for number, name in enumerate(names):
    with open(b"/work/" + name, "w") as f:
        f.write("%02d" % number)
