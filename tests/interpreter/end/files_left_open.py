# Files that nobody closed, of every kind, on a copy of standard output.
# ends: {"stdout": {"has": ["main\n", "text", "binary"]}}
import io
import os


def copy(mode, **more):
    return os.fdopen(os.dup(1), mode, **more)


print("main", flush=True)
text = copy("w")
text.write("text\n")
binary = copy("wb")
binary.write(b"binary\n")
small = copy("w", buffering=1)
small.write("line\nrest of a line\n")
wrapped = io.TextIOWrapper(io.BufferedWriter(io.FileIO(os.dup(1), "w")), write_through=False)
wrapped.write("wrapped\n")
pair = io.BufferedRandom(open("file", "w+b", buffering=0))
pair.write(b"random\n")
held = [copy("w")]
held[0].write("in a list\n")


def f():
    kept = copy("w")
    kept.write("in a generator\n")
    yield


generator = f()
next(generator)
