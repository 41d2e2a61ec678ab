# A source whose last line has no end, and fails.
# ends: {"exit_code": 1, "stderr": {"has": "NameError: name 'undefined' is not defined"}}
# request: {"files": [{"name": "main.py", "content": "aWYgVHJ1ZToKICAgIHVuZGVmaW5lZA==", "encoding": "base64"}]}
