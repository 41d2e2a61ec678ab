# A debugger that has nobody to talk to.
# ends: {"exit_code": 1, "stdout": {"has": "(Pdb)"}, "stderr": {"has": "bdb.BdbQuit"}}
x = 1
breakpoint()
print(x)
