# SystemExit as any exception.
# ends: {"exit_code": {"any": [0, 1, 2, 3, 4, 5, 7]}, "stderr": {}}
# each: ["raise SystemExit", "raise SystemExit(3)", "raise SystemExit('a', 'b')", "raise type('Mine', (SystemExit,), {})(4)", "error = SystemExit(2); error.code = 5; raise error", "raise SystemExit(3) from ValueError('x')", "raise ExceptionGroup('g', [ValueError()])", "raise BaseExceptionGroup('g', [SystemExit(3)])", "exit()", "exit(7)", "quit()", "quit('text')", "import builtins; builtins.exit(3)", "exec('raise SystemExit(2)')", "error = SystemExit(); del error.code; raise error"]
print("at")
EACH
