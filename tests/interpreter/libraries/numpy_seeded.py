# Numbers that a seed decides.
import numpy as np

np.random.seed(42)
print(np.random.rand(3), np.random.randint(0, 100, 5), np.random.normal(size=2))
print(np.random.default_rng(7).random(3), np.random.RandomState(1).permutation(5))
generator = np.random.Generator(np.random.PCG64(3))
print(generator.integers(0, 100, 4), generator.standard_normal(2))
