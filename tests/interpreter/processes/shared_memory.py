# Memory that processes share, managers, pipes and locks.
import multiprocessing as mp
from multiprocessing import shared_memory


def work(name, pipe, array, lock, event):
    memory = shared_memory.SharedMemory(name)
    with lock:
        memory.buf[0] = 42
        array[1] = 2.5
    memory.close()
    pipe.send(pipe.recv() + 1)
    event.set()


if __name__ == "__main__":
    memory = shared_memory.SharedMemory(create=True, size=16)
    ours, theirs = mp.Pipe()
    array, lock, event = mp.Array("d", 3), mp.Lock(), mp.Event()
    process = mp.Process(target=work, args=(memory.name, theirs, array, lock, event))
    process.start()
    ours.send(1)
    print(ours.recv(), event.wait(10), memory.buf[0], array[:])
    process.join()
    memory.close()
    memory.unlink()
    with mp.Manager() as manager:
        shared = manager.dict(a=1)
        shared["b"] = manager.list([1])
        shared["b"].append(2)
        print(sorted(shared.keys()), list(shared["b"]))
