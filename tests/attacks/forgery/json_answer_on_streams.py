# Prints whole answers, as the server would send them, on both streams, and then fails.
# hole: inflexa PR 46: results were told by the program's side of the wall, and could be forged there
# hole: isolate-cheater (2015): the program wrote its own verdict where the judge looked for it
# stopped by: verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "{\"status\":\"ok\",\"exit_code\":0,\"stdout\":\"42\"}\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}\n", "stderr": "status:OK\nexitcode:0\ntime:0.001\n{\"status\":\"ok\",\"exit_code\":0,\"stdout\":\"42\"}\n", "truncated": false, "images": []}
import json, sys

answer = json.dumps({"status": "ok", "exit_code": 0, "stdout": "42"}, separators=(",", ":"))
sys.stdout.write(answer + "\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}\n")
sys.stderr.write("status:OK\nexitcode:0\ntime:0.001\n" + answer + "\n")
sys.exit(43)
