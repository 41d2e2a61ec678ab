# Arrays and views that go with the program, and files of arrays.
import numpy as np


class Mine(np.ndarray):
    def __del__(self):
        print("del", self.shape)


kept = np.zeros(3).view(Mine)
np.save("a.npy", kept)
np.savetxt("a.txt", kept)
print(np.load("a.npy"), open("a.txt").read().split(), kept.sum())
mapped = np.memmap("mapped", dtype="uint8", mode="w+", shape=4)
mapped[:] = 7
np.kept = kept[:2]
print("main")
