# Many at once, with a barrier, a queue and a condition.
import queue
import threading

barrier = threading.Barrier(20)
results = queue.Queue()
condition = threading.Condition()
total = 0


def f(number):
    global total
    barrier.wait()
    with condition:
        total += number
        condition.notify_all()
    results.put(number)


threads = [threading.Thread(target=f, args=(i,)) for i in range(20)]
for thread in threads:
    thread.start()
with condition:
    condition.wait_for(lambda: total == 190)
for thread in threads:
    thread.join()
print(total, sorted(results.get() for _ in threads))
