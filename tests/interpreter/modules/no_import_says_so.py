# Modules are no names until they are imported.
# each: ["random", "json", "os", "sys", "numpy", "matplotlib", "np", "plt", "threading", "re"]
# ends: {"exit_code": 1, "stderr": {"has": "NameError: name 'EACH' is not defined"}}
print(EACH)
