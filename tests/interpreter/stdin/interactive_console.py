# A console that reads the input.
# request: {"stdin": "x = 1\nx + 1\n1 / 0\nprint(x)\n"}
# ends: {"stdout": {"has": ["2\n", "1\n"]}, "stderr": {"has": "ZeroDivisionError"}}
import code
import sys

sys.ps1 = "> "
code.InteractiveConsole().interact(banner="banner", exitmsg="bye")
