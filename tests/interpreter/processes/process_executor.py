# The executor of processes.
# each: ["fork", "spawn"]
# as it is
import concurrent.futures
import multiprocessing as mp


def cube(x):
    return x**3


if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(2, mp.get_context("EACH")) as pool:
        print(list(pool.map(cube, range(4))))
    pool = concurrent.futures.ProcessPoolExecutor(1, mp.get_context("EACH"))
    print(pool.submit(cube, 5).result())
