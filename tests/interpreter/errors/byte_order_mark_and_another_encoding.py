# A byte order mark that contradicts the encoding which the first line names.
# ends: {"exit_code": 1, "stdout": "", "stderr": {"has": "SyntaxError: encoding problem"}}
# request: {"files": [{"name": "main.py", "content": "77u/IyBjb2Rpbmc6IGxhdGluLTEKcHJpbnQoMSkK", "encoding": "base64"}]}
