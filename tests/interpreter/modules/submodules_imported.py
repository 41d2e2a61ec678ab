# A part of a package that is there already.
# differs: modules that programs import most are imported already
# expect: {"exit_code": 0, "stdout": "module\n"}
# each: ["importlib.machinery"]
import operator

package, _, part = "EACH".partition(".")
__import__(package)
import sys

try:
    print(type(operator.attrgetter(part)(sys.modules[package])).__name__)
except AttributeError as error:
    print(error)
