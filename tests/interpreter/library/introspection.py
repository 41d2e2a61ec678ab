# Measures, traces and documents of the program itself.
import ast, cProfile, inspect, io, pstats, sys, timeit, tracemalloc, types


def f(n):
    "A docstring."
    return sum(range(n))


lines = []


def trace(frame, event, argument):
    if frame.f_code.co_filename == __file__:
        lines.append((frame.f_code.co_name, event, frame.f_lineno))
        return trace


sys.settrace(trace)
f(3)
sys.settrace(None)
print(lines, inspect.getsource(f), inspect.signature(f), inspect.getdoc(f), inspect.getmodule(f), inspect.getfile(f))
profile = cProfile.Profile()
profile.runcall(f, 10)
print(sorted(key[2] for key in pstats.Stats(profile).stats))
tracemalloc.start()
data = [bytes(1000) for _ in range(100)]
found = [s for s in tracemalloc.take_snapshot().statistics("lineno") if s.traceback[0].filename == "/work/main.py"]
print(found[0].traceback[0].lineno, found[0].size > 100000)
tracemalloc.stop()
print(timeit.timeit("pass", number=10) < 1, ast.dump(ast.parse("x = 1")), isinstance(f, types.FunctionType))
help(f)
