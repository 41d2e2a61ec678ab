# Arrays, twice imported.
import numpy
import numpy as np

print(np is numpy, np.__version__, np.__file__)
a = np.arange(12.0).reshape(3, 4)
print(a @ a.T, a.mean(axis=0), np.linalg.inv(np.eye(2) * 2), a.dtype, a.flags["C_CONTIGUOUS"])
print(np.geterr(), np.get_printoptions(), np.geterrcall())
print(np.random.get_state()[2], np.random.mtrand.__name__)
print(np.array([1e-10, 1, 1e10]), np.float64(1) / 3, repr(np.float32(0.1)), np.array(["a", "bc"]))
