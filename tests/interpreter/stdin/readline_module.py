# The module for editing lines, where nobody edits.
# request: {"stdin": "one\ntwo\n"}
try:
    import readline

    print(readline.get_history_length())
except ImportError as error:
    print(error)
print(input("> "), input("> "))
