# Characters of all kinds, and other encodings.
import sys

print("žluťoučký kůň 🐎 日本語 \u200b\ufeff\x00\x07\x1b[0m \t|")
print("\udc80\udcff")
print(ascii("é"), "é".encode(), repr("\ud800"), len("🐎"))
sys.stdout.reconfigure(encoding="latin-1", errors="replace")
print("é日")
sys.stdout.reconfigure(encoding="utf-16-le")
print("x")
sys.stdout.reconfigure(encoding="utf-8", newline="\r\n")
print("line")
sys.stdout.reconfigure(newline="", line_buffering=True)
print("line\r\n", sys.stdout.line_buffering, sys.stdout.encoding, sys.stdout.errors)
sys.stderr.reconfigure(errors="replace")
