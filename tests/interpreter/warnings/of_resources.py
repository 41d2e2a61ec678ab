# Resources that are not given back, for a program that wants to know, to the very end.
# ends: {"stderr": {"has": ["ResourceWarning: unclosed file", "name='one'", "name='two'"]}}
import warnings

warnings.simplefilter("always")
open("one", "w")
kept = open("two", "w")
print("main")
