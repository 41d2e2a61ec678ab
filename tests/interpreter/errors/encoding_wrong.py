# A source in Latin 1 that does not say so.
# ends: {"exit_code": 1, "stdout": "", "stderr": {"has": "Non-UTF-8 code starting with '\\xe9' in file /work/main.py on line 2"}}
# request: {"files": [{"name": "main.py", "content": "cHJpbnQoMSkKcHJpbnQoJ+knKQo=", "encoding": "base64"}]}
