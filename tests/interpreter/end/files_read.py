# Files that are read, and left open.
import io

opened = [open(__file__), open(__file__, "rb"), open(__file__, "rb", buffering=0)]
text = io.TextIOWrapper(io.BytesIO(b"a\nb\n"))
print(opened[0].readline().strip(), opened[1].read(1), opened[2].read(1), text.readline(), io.StringIO("c").read())
