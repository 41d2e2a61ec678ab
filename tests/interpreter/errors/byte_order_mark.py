# A source with a byte order mark.
# ends: {"stdout": "é 1\n"}
# request: {"files": [{"name": "main.py", "content": "77u/cHJpbnQoIsOpIiwgMSkK", "encoding": "base64"}]}
