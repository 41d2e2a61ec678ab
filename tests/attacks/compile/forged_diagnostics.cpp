// Gives its file a name that looks like an answer, with control characters, line ends and bytes that are not UTF-8.
// stopped by: verdict channel
// expect: {"status": "compile_error", "limit": null, "exit_code": null, "stdout": "", "compile": {"status": "compile_error", "exit_code": 1, "stderr": {"has": ["a\"}, \"status\": \"ok\", \u001b[2J\u0007\r\n/etc/passwd\ufffd:1:2: error: #error one", "/etc/passwd\ufffd:2:21: error: "]}}}
#line 1 "a\"}, \"status\": \"ok\", \033[2J\007\r\n/etc/passwd\377"
#error one
int main() { return x; }
