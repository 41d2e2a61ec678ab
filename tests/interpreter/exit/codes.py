# What `sys.exit` makes of a value.
# ends: {"exit_code": {"any": [0, 1, 2, 3, 44, 128, 255]}, "stdout": "at\n", "stderr": {}}
# each: ["", "None", "0", "3", "'text'", "''", "-1", "256", "300", "1 << 40", "-(1 << 80)", "True", "False", "3.5", "[]", "(1, 2)", "(2,)", "object", "b'x'", "128", "2**31 - 1", "2**31", "2**63", "SystemExit(3)", "ValueError('x')", "'é\\udc80'", "{'a': 1}", "type('I', (int,), {})(44)", "type('S', (), {'__str__': lambda s: 'said'})()", "type('N', (), {'__str__': lambda s: 1 / 0})()"]
import sys

print("at")
sys.exit(EACH)
print("after")
