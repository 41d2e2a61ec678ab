# Built-in functions of the program's own, to the end.
# ends: {"stdout": {"has": "mine main\n"}}
import builtins

plain = print


def mine(*args, plain=print, **named):
    plain("mine", *args, **named)


class C:
    def __del__(self):
        print("del")


builtins.print = mine
builtins.len = lambda x: 42
kept = C()
print("main")
