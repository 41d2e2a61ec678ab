# Long chains that must go without end of the stack.
class Node:
    def __init__(self, after):
        self.after = after


node = None
for _ in range(200_000):
    node = Node(node)
nested = []
for _ in range(200_000):
    nested = [nested]
table = {}
for _ in range(100_000):
    table = {1: table}
print("main")
