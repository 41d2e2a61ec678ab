# The three streams as they are at the start.
import io
import os
import sys

for name in ("stdin", "stdout", "stderr"):
    stream = getattr(sys, name)
    print(stream is getattr(sys, "__%s__" % name), stream.name, stream.mode, stream.fileno(), stream.encoding, stream.errors)
    print(stream.line_buffering, stream.write_through, stream.newlines, stream.isatty(), stream.seekable(), stream.readable(), stream.writable(), stream.closed)
    print(type(stream), type(stream.buffer), type(stream.buffer.raw), stream.buffer.raw.closefd, stream._CHUNK_SIZE, repr(stream), repr(stream.buffer), repr(stream.buffer.raw))
    print(os.fstat(stream.fileno()).st_mode >> 12, os.get_blocking(stream.fileno()), os.get_inheritable(stream.fileno()))
