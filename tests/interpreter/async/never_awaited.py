# A coroutine that nobody waits for: one that goes at once, one that goes with the program.
# ends: {"stdout": "main\n", "stderr": {"has": ["RuntimeWarning: coroutine 'f' was never awaited", "RuntimeWarning: coroutine 'g' was never awaited"]}}
async def f(): ...


async def g(): ...


f()
kept = g()
print("main")
