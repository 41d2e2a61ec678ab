# A debugger that is told what to do.
# request: {"stdin": "p x\nwhere\nnext\np y\nc\n"}
# ends: {"exit_code": 0, "stdout": {"has": ["main.py(6)<module>()", "2"]}}
x = 1
breakpoint()
y = x + 1
print(y)
