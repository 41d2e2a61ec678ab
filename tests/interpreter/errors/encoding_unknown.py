# A source that names an encoding which nobody knows.
# ends: {"exit_code": 1, "stdout": "", "stderr": {"has": "SyntaxError: encoding problem: klingon"}}
# === main.py ===
# coding: klingon
print(1)
