# What the collector passes over.
# differs: what was prepared is not looked through, which would copy it
# expect: {"exit_code": 0, "stdout": "True\n"}
import gc

print(gc.get_freeze_count() > 0)
