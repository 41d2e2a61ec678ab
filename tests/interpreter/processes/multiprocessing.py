# Processes of every kind of start: results, names, exit codes.
# each: ["fork", "spawn", "forkserver"]
# as it is
import multiprocessing as mp
import sys


def work(queue, value, number):
    with value.get_lock():
        value.value += number
    queue.put((number, mp.current_process().name, __name__, mp.parent_process().name, sys.argv))
    sys.exit(number)


if __name__ == "__main__":
    context = mp.get_context("EACH")
    queue, value = context.Queue(), context.Value("i", 0)
    for number in (1, 2):
        process = context.Process(target=work, args=(queue, value, number))
        process.start()
        print(queue.get())
        process.join()
        print(process.exitcode, process.name, process.is_alive())
    print(value.value, mp.active_children())
