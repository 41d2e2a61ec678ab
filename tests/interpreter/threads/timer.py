# A timer that goes off when the main code is over, and one that is cancelled.
# ends: {"stdout": "main\ntimer\n"}
import threading

threading.Timer(0.02, print, ["timer"]).start()
cancelled = threading.Timer(30, print, ["never"])
cancelled.start()
cancelled.cancel()
print("main")
