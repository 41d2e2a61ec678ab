# A thread that is started when the main code is over.
# ends: {"stdout": "main\nlate\n"}
import atexit
import threading


def late():
    thread = threading.Thread(target=print, args=("late",))
    thread.start()
    thread.join()


atexit.register(late)
print("main")
