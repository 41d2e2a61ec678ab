# A main file that is an archive with a main module in it, which `python3` takes whatever its name.
# ends: {"stdout": "zipped __main__ /work/main.py\n"}
# request: {"files": [{"name": "main.py", "content": "UEsDBBQAAAAAAAAAIQAs+ZOvUAAAAFAAAAALAAAAX19tYWluX18ucHlpbXBvcnQgc3lzCnByaW50KCd6aXBwZWQnLCBfX25hbWVfXywgc3lzLnBhdGhbMF0gPT0gc3lzLmFyZ3ZbMF0gb3Igc3lzLnBhdGhbMF0pClBLAQIUAxQAAAAAAAAAIQAs+ZOvUAAAAFAAAAALAAAAAAAAAAAAAACAAQAAAABfX21haW5fXy5weVBLBQYAAAAAAQABADkAAAB5AAAAAAA=", "encoding": "base64"}]}
