# What the C library calls at the end.
# ends: {"stdout": "main\nby the C library\n"}
import atexit
import ctypes

libc = ctypes.CDLL(None)
puts = ctypes.cast(libc.puts, ctypes.c_void_p)
text = ctypes.create_string_buffer(b"by the C library")
kept = ctypes.pythonapi.Py_IncRef(ctypes.py_object(text))
libc.__cxa_atexit(puts, ctypes.cast(text, ctypes.c_void_p), None)
print("main")
