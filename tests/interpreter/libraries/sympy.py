# Symbols.
import sympy as sp

x = sp.symbols("x")
print(sp.integrate(sp.sin(x) * x, x), sp.solve(x**2 - 2, x), sp.diff(sp.exp(x**2), x), sp.factorint(360), sp.pi.evalf(30))
sp.pprint(sp.Rational(1, 3) + x**2)
