# Leaves more pictures than any answer holds: 500 files, each another.
# stopped by: files out
# expect: {"status": "ok", "stdout": "500\n", "stderr": "", "images_omitted": 436}
for i in range(500):
    open(f"plot{i:03}.png", "wb").write(b"%03d" % i * 5000)
print(i + 1)
