# An object that says goodbye when the program ends, by nothing but `print`.
# ends: {"stdout": "main\ndel\n"}
class C:
    def __del__(self):
        print("del")


c = C()
print("main")
