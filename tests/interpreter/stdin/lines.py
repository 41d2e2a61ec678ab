# Lines in every way that there is.
# request: {"stdin": "one\ntwo\r\nthree\rfour\n\nsix žluťoučký 🐎\nseven\neight\nnine\n1 2 3\nlast without end"}
import fileinput
import sys

print(repr(input("prompt: ")), repr(sys.stdin.readline()), repr(sys.stdin.readline(3)), repr(sys.stdin.readline()))
print(repr(input()), repr(input()))
print(repr(next(sys.stdin)), sys.stdin.newlines)
print(sys.stdin.readlines(3))
for line in sys.stdin:
    print(repr(line))
    break
print([int(x) for x in sys.stdin.readline().split()])
print(repr(sys.stdin.read(4)), repr(sys.stdin.read()), repr(sys.stdin.read()), sys.stdin.readlines())
print(list(fileinput.input()))
