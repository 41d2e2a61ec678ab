# Descriptors that wait for descriptors that wait: in a ring, in a chain, and each for all others. Asking the
# kernel about one of them must not cost the machine.
# stopped by: wall clock, rlimits
# request: {"limits": {"wall_ms": 2000}}
# expect: {"status": "ok", "stdout": "ring: Too many levels of symbolic links\nchain: refused\n", "stderr": ""}
# takes_at_most_ms: 4000
import os, select
polls = [select.epoll() for i in range(100)]
try:
    polls[0].register(polls[1]), polls[1].register(polls[0])
    print("ring")
except OSError as e:
    print("ring:", e.strerror)
try:
    for one, next in zip(polls[1:], polls[2:]):
        one.register(next)
    print("chain")
except OSError:
    print("chain: refused")
r, w = os.pipe()
for one in polls[50:]:
    one.register(r)
    for other in polls[2:50]:
        try:
            other.register(one)
        except OSError:
            pass
for i in range(200):
    os.write(w, b"x")
    polls[2].poll(0)
