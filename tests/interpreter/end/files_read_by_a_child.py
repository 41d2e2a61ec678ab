# What of files is on disk when the program has ended: a child's program, looked at by its parent.
import csv
import gzip
import os
import shelve
import sqlite3
import sys
import tempfile

pid = os.fork()
if pid:
    print(os.waitpid(pid, 0)[1])
    for name in sorted(os.listdir(".")):
        if name.endswith((".txt", ".csv", ".bin")):
            print(name, open(name, "rb").read())
    print(gzip.open("packed.gz").read() if os.path.getsize("packed.gz") else "empty")
    print(sqlite3.connect("base.db").execute("select count(*) from t").fetchall())
    print(sorted(os.listdir("/tmp/t")))
    sys.exit()
os.mkdir("/tmp/t")
text = open("text.txt", "w")
text.write("text")
binary = open("binary.bin", "wb")
binary.write(b"binary")
table = csv.writer(open("table.csv", "w"))
table.writerow([1, 2])
packed = gzip.open("packed.gz", "wb")
packed.write(b"packed")
base = sqlite3.connect("base.db")
base.execute("create table t (x)")
base.commit()
base.execute("insert into t values (1)")
temporary = tempfile.NamedTemporaryFile(dir="/tmp/t")
folder = tempfile.TemporaryDirectory(dir="/tmp/t")
kept = tempfile.NamedTemporaryFile(dir="/tmp/t", delete=False, prefix="kept")
os.rename(kept.name, "/tmp/t/kept")
