# Exceptions that are no errors.
# ends: {"exit_code": 1, "stderr": {"has": "x"}}
# each: ["BaseException", "GeneratorExit", "StopIteration", "StopAsyncIteration", "MemoryError", "type('Mine', (BaseException,), {})"]
raise EACH("x")
