# Pools of processes.
# each: ["fork", "spawn"]
# as it is
import multiprocessing as mp


def square(x):
    return x * x


def fail(x):
    raise ValueError(x)


if __name__ == "__main__":
    with mp.get_context("EACH").Pool(2) as pool:
        print(pool.map(square, range(5)), pool.apply(square, (7,)), list(pool.imap(square, [1, 2])))
        try:
            pool.apply(fail, (1,))
        except ValueError as error:
            print(repr(error), type(error.__cause__).__name__)
