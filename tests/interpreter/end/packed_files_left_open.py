# Packed files that nobody closed: each of its own program, because the order is the packer's.
# each: ["gzip.GzipFile(fileobj=out, mode='wb', mtime=0)", "bz2.BZ2File(out, 'w')", "lzma.LZMAFile(out, 'w')", "io.BufferedWriter(out, 64)", "tarfile.open(fileobj=out, mode='w|')", "zipfile.ZipFile(out, 'w')", "gzip.open('file.gz', 'wt')", "codecs.StreamWriter(out)"]
import bz2, codecs, gzip, io, lzma, os, tarfile, zipfile

out = os.fdopen(os.dup(1), "wb", buffering=0)
packed = EACH
try:
    packed.write(b"x" * 100)
except Exception as error:
    print(type(error).__name__)
print("main", flush=True)
