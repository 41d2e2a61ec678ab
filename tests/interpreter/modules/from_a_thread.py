# Imports in several threads at once.
import threading

done = []


def f(name):
    done.append(__import__(name).__name__)


threads = [threading.Thread(target=f, args=(name,)) for name in ("decimal", "json", "helper", "email", "helper", "csv")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(done))
# === helper.py ===
print("once")
