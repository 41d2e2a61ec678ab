# Warnings as errors, recorded, ignored.
# ends: {"exit_code": 1, "stderr": {"has": "UserWarning: an error"}}
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("recorded")
    open("/dev/null")
    int("1" * 3)
print([(type(w.message).__name__, str(w.message)[:13], w.lineno) for w in caught])
warnings.simplefilter("ignore")
warnings.warn("ignored")
warnings.simplefilter("error")
warnings.warn("an error")
