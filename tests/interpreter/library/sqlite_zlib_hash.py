# Standard modules that are made of C libraries.
import hashlib, hmac, sqlite3, zlib, ssl, bz2, lzma, struct, binascii, unicodedata, zoneinfo, datetime, ctypes, xml.etree.ElementTree as tree, html, csv, sys

base = sqlite3.connect(":memory:")
base.execute("create table t (a, b)")
base.executemany("insert into t values (?, ?)", [(1, "x"), (2, "y")])
print(base.execute("select sum(a), group_concat(b) from t").fetchall())
print(hashlib.md5(b"x").hexdigest(), hmac.new(b"k", b"m", "sha256").hexdigest(), zlib.crc32(b"x"), len(lzma.compress(b"x" * 1000)))
print(unicodedata.name("é"), datetime.datetime(2020, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Prague")), struct.pack("<hI", 1, 2), ctypes.sizeof(ctypes.c_long))
print(tree.tostring(tree.fromstring("<a><b c='1'/></a>")), html.unescape("&lt;"), ssl.OPENSSL_VERSION.split(" ")[0])
csv.writer(sys.stdout).writerow(["a,b", 'c"d', 1])
