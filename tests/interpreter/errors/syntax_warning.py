# What the compiler warns of, before anything runs.
# ends: {"stderr": {"has": ["SyntaxWarning: invalid escape sequence '\\d'", "SyntaxWarning: \"is\" with 'int' literal"]}}
print("first")
x = "\d"
print(x is 1, len("\d"))
