# Warnings that are shown or not, by kind and place.
# ends: {"stderr": {"has": ["main.py:8: DeprecationWarning: in main", "UserWarning: user", "helper.py"]}}
import warnings

import helper

for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning, UserWarning, FutureWarning, SyntaxWarning, RuntimeWarning, BytesWarning, UnicodeWarning, EncodingWarning):
    warnings.warn("in main" if kind is DeprecationWarning else "user", kind)
helper.f()
for _ in range(3):
    warnings.warn("once for each line")
open("/dev/null")
warnings.warn("deeper", stacklevel=5)
warnings.warn_explicit("explicit", UserWarning, "made_up.py", 7)
# === helper.py ===
import warnings


def f():
    warnings.warn("deprecated in a module", DeprecationWarning)
    warnings.warn("deprecated by the caller", DeprecationWarning, stacklevel=2)
    warnings.warn("user in a module")
