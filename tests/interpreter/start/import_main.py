# The main module imports itself, by both names.
# ends: {"stdout": "__main__ True\nmain\n__main__ done\n"}
if __name__ == "main":
    print(__name__)
else:
    import __main__

    print(__main__.__name__, __main__.__dict__ is globals())
    import main

    print(__name__, "done")
