# Globals of the interpreter's own that the program has deleted or changed.
# ends: {"stdout": {"has": "main\n"}}
class C:
    def __del__(self):
        print("del")


kept = C()
print("main")
del __name__, __file__, __builtins__, __loader__, __spec__, __doc__
