# Takes descriptors until there are no more, in children as well: the supervisor keeps its own.
# stopped by: rlimits
# request: {"limits": {"open_files": 100}}
# expect: {"status": "ok", "stdout": "97 Too many open files\n97 Too many open files\n97 Too many open files\n", "stderr": ""}
import os
for i in range(3):
    if (child := os.fork()) == 0:
        made = 0
        try:
            while made < 5000:
                os.dup(1)
                made += 1
            os.write(1, b"no limit\n")
        except OSError as e:
            os.write(1, f"{made} {e.strerror}\n".encode())
        os._exit(0)
    os.waitpid(child, 0)
