# What a seed decides is decided.
import random

random.seed(42)
print(random.random(), random.randint(1, 100), random.sample(range(100), 5), random.gauss(0, 1), random.choice("abc"))
values = list(range(10))
random.Random(7).shuffle(values)
print(values)
random.seed("text")
print(random.random())
print(hash(1), hash(1.5), hash((1, 2)), hash(None) == hash(None), hash(True), {1, 2, 3, 10, 20})
import uuid

print(uuid.uuid5(uuid.NAMESPACE_DNS, "x"), uuid.UUID(int=5))
