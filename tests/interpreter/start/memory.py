# The memory limits of a program are its own to see, and large things can be had.
data = bytearray(100 << 20)
print(len(data))
del data
values = list(range(1_000_000))
print(sum(values))
try:
    bytearray(1 << 60)
except MemoryError as error:
    print(repr(error))
