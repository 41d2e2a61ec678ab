# A thread that uses globals without pause while the program ends; nobody hears of its end.
# ends: {"stdout": "main\n"}
import threading


class Kept:
    value = 0


def step():
    Kept.value += 1
    return Kept.value


def f():
    while True:
        step()
        started.set()


started = threading.Event()
threading.Thread(target=f, daemon=True).start()
started.wait()
print("main")
