# Groups of exceptions, nested, with notes.
# ends: {"exit_code": 1, "stderr": {"has": ["ExceptionGroup: outer (2 sub-exceptions)", "a note"]}}
def fail(error):
    error.add_note("a note\nof two lines")
    raise error


caught = []
for kind in (ValueError, KeyError):
    try:
        fail(kind("x"))
    except Exception as error:
        caught.append(error)
try:
    raise ExceptionGroup("outer", [caught[0], ExceptionGroup("inner", [caught[1]])])
except* ValueError as group:
    print(group.exceptions)
    raise ExceptionGroup("outer", [caught[0], group])
