# What can no longer be done in a last goodbye: imports, files, threads.
class C:
    def __del__(self):
        try:
            import wave

            print("imported", wave.__name__)
        except BaseException as error:
            print(type(error).__name__, error)
        try:
            import sys

            print("imported", sys.__name__)
        except BaseException as error:
            print(type(error).__name__, error)
        try:
            with open("file", "w") as file:
                print("opened", file.name)
        except BaseException as error:
            print(type(error).__name__, error)
        try:
            import threading

            threading.Thread(target=print).start()
        except BaseException as error:
            print(type(error).__name__, error)


kept = C()
print("main")
