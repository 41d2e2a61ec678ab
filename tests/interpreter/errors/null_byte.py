# A source with a null byte in it.
# ends: {"exit_code": 1, "stdout": "", "stderr": {"has": "null bytes"}}
# request: {"files": [{"name": "main.py", "content": "cHJpbnQoMSkKcHJpbnQoMgApCg==", "encoding": "base64"}]}
