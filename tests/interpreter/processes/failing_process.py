# A process that fails, one that is ended and one that ends at once.
# ends: {"exit_code": 0, "stderr": {"has": ["Process Process-1:", "ValueError: child"]}}
import multiprocessing as mp
import os
import time


def fail():
    raise ValueError("child")


if __name__ == "__main__":
    mp.set_start_method("fork")
    for target, args in ((fail, ()), (os._exit, (4,)), (print, ("printed",))):
        process = mp.Process(target=target, args=args)
        process.start()
        process.join()
        print(process.exitcode, flush=True)
    process = mp.Process(target=time.sleep, args=(60,))
    process.start()
    process.terminate()
    process.join()
    print(process.exitcode)
