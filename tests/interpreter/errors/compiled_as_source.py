# A main file that is compiled code already, which `python3` takes whatever its name.
# ends: {"exit_code": 1, "stderr": "RuntimeError: Bad code object in .pyc file\n"}
# request: {"files": [{"name": "main.py", "content": "8w0NCgAAAAAAAAAAAAAAAA==", "encoding": "base64"}]}
