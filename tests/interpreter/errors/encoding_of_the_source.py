# A source in Latin 1 that says so.
# ends: {"stdout": "é 2\n"}
# request: {"files": [{"name": "main.py", "content": "IyAtKi0gY29kaW5nOiBsYXRpbi0xIC0qLQpwcmludCgn6ScsIGxlbignw6knKSkK", "encoding": "base64"}]}
