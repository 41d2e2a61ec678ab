# A program that shows warnings by itself, also at the end.
# differs with libraries: they are imported already, with their handlers for the end, and with logging
# ends: {"stdout": {"has": "mine UserWarning"}, "stderr": {"has": "ResourceWarning"}}
import warnings


def show(message, category, filename, lineno, file=None, line=None):
    print("mine", category.__name__, message, filename, lineno)


warnings.showwarning = show
warnings.simplefilter("always")
warnings.warn("x")
kept = open("/dev/null")
