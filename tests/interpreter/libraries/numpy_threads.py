# How many threads the linear algebra starts, if the program says so before it imports it.
# each: ["", "os.environ['OPENBLAS_NUM_THREADS'] = '2'", "os.environ['OPENBLAS_NUM_THREADS'] = '1'", "os.environ.pop('OPENBLAS_NUM_THREADS')", "os.environ['OMP_NUM_THREADS'] = '2'; os.environ['OPENBLAS_NUM_THREADS'] = '2'"]
import os

EACH
import numpy as np

a = np.ones((300, 300))
print((a @ a).sum(), len(os.listdir("/proc/self/task")))
import threading

print(threading.active_count())
