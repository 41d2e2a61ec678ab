# Fills the output limit with characters of four bytes, so that the cuts fall into the middle of
# some, and counts on its being measured in characters.
# hole: Piston 0a844d0: the output limit counted UTF-16 units, so twice the bytes were kept
# stopped by: output
# request: {"limits": {"output_bytes": 18}}
# expect: {"status": "ok", "truncated": true, "stdout_bytes": 4000, "stderr_bytes": 0, "stdout": "\ud83d\udc0d\ud83d\udc0d\n[... 3984 bytes omitted ...]\n\ud83d\udc0d\ud83d\udc0d"}
import os

os.write(1, "\U0001f40d".encode() * 1000)
