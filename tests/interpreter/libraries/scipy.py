# Numbers.
import numpy as np
from scipy import integrate, optimize, stats

print(round(integrate.quad(np.sin, 0, np.pi)[0], 9), optimize.brentq(lambda x: x * x - 2, 0, 2).__round__(9), stats.norm.cdf(0))
print(optimize.minimize(lambda x: (x[0] - 1) ** 2, [0.0]).x.round(4))
