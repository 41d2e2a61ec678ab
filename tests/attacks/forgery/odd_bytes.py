# Prints what breaks JSON, terminals and log lines when it is passed on as it is: halves of
# characters, surrogates, NUL, quotes, escapes, line separators, a byte order mark.
# stopped by: output
# expect: {"status": "ok", "encoding": "utf-8-lossy", "stdout_bytes": 35, "stdout": "\ufffd\ufffd\u0000\"},{\"a\":\"\\\n\r\u001b[2J\ufffd\ufffd\ufffd\u2028\ufeff\ufffd|\ufffd\ufffdz"}
import os

os.write(1, b'\xff\xfe\0"},{"a":"\\\n\r\x1b[2J\xed\xa0\x80\xe2\x80\xa8\xef\xbb\xbf\xf0\x9f\x90|\xc0\xafz')
