# How much stack the C library gives to a thread of its own choice.
# differs: the C library asks for the limit when it starts, and an interpreter that waits is given it later
# expect: {"exit_code": 0, "stdout": "8\n"}
import ctypes
import threading

libc = ctypes.CDLL(None)
libc.pthread_self.restype = ctypes.c_ulong


def size():
    attributes = ctypes.create_string_buffer(64)
    assert libc.pthread_getattr_np(ctypes.c_ulong(libc.pthread_self()), attributes) == 0
    found = ctypes.c_size_t()
    assert libc.pthread_attr_getstacksize(attributes, ctypes.byref(found)) == 0
    print(found.value >> 20)


thread = threading.Thread(target=size)
thread.start()
thread.join()
