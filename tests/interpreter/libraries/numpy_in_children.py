# Arrays in processes and threads of the program.
import concurrent.futures
import multiprocessing as mp

import numpy as np


def work(seed):
    return float(np.random.default_rng(seed).random((50, 50)).sum())


if __name__ == "__main__":
    with mp.get_context("fork").Pool(2) as pool:
        print(pool.map(work, [1, 2]))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        print(list(pool.map(work, [1, 2])))
