# Files with a picture's name that hold a page, a script, a program, a picture with something after its end;
# and two with one content. They come as what they are named for, byte for byte, each content once.
# stopped by: files out
# expect: {"status": "ok", "stdout": "", "stderr": "", "images_omitted": 0, "images": ["data:image/png;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "data:image/jpeg;base64,f0VMRgIBAQA=", "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+", "data:image/png;base64,iVBORw0KGgoAAAAASUVORK5CYIJQSwMEc2VjcmV0"]}
for name, content in {"a.png": b"<script>alert(1)</script>", "b.jpg": b"\x7fELF\2\1\1\0", "c.svg": b'<svg onload="alert(1)"/>',
                      "d.png": b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB`\x82PK\3\4secret", "e.svg": b"<script>alert(1)</script>", "f.png": b""}.items():
    open(name, "wb").write(content)
