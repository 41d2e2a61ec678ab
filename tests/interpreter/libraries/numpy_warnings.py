# What numpy warns of, and its errors.
# ends: {"exit_code": 1, "stderr": {"has": ["RuntimeWarning: divide by zero encountered in divide", "RuntimeWarning: invalid value", "RuntimeWarning: overflow", "ValueError"]}}
import numpy as np

print(np.array([1.0]) / 0, np.array([0.0]) / 0, np.sqrt(np.array([-1.0])), np.exp(np.float64(1000)))
print(np.array([1.0]) / 0)
with np.errstate(all="raise"):
    try:
        np.array([1.0]) / 0
    except FloatingPointError as error:
        print(error)
print(np.geterr())
np.array([1, 2]) + np.array([1, 2, 3])
