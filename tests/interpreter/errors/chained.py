# Causes and contexts.
# ends: {"exit_code": 1, "stderr": {"has": ["direct cause", "During handling", "KeyError: \"key with"]}}
def f():
    try:
        {}["key with 'quotes'"]
    except KeyError as error:
        raise ValueError("second") from error


try:
    f()
except ValueError as second:
    import traceback

    traceback.print_exception(second)
    try:
        raise TypeError("hidden")
    except TypeError:
        try:
            raise OSError(2, "No such thing", "name") from None
        except OSError:
            undefined
