# Nobody calls the main module.
import inspect
import sys
import traceback


def f():
    return len(inspect.stack()), [frame.name for frame in traceback.extract_stack()], sys._getframe(1).f_code.co_name


frame = sys._getframe()
print(frame.f_back, frame.f_code.co_name, frame.f_code.co_filename, frame.f_lineno, frame.f_globals is globals())
print(f())
print([(i.filename, i.lineno, i.function, i.code_context, i.index) for i in inspect.stack()])
print(len(sys._current_frames()), list(sys._current_exceptions().values()))
try:
    sys._getframe(1)
except ValueError as error:
    print(error)
traceback.print_stack(file=sys.stdout)
print(sys.exc_info(), inspect.getsource(f)[:7])
