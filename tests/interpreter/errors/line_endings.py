# A source with the line endings of other systems.
# ends: {"exit_code": 1, "stdout": "1\n2\n'a\\nb'\n", "stderr": {"has": "line 5"}}
# request: {"files": [{"name": "main.py", "content": "cHJpbnQoMSkNCnByaW50KDIpDQpwcmludChyZXByKCIiImENCmIiIiIpKQ0KMS8wDQo=", "encoding": "base64"}]}
