// A program whose loader has a name longer than any path: the kernel refuses to start it, which costs no runner.
// stopped by: verdict channel
// expect: {"status": "runtime_error", "limit": null, "exit_code": 126, "signal": null, "stdout": "", "stderr": "", "compile": {"status": "ok"}}
asm(".section .interp,\"a\",@progbits\n.fill 5000,1,47\n.byte 0\n.text");
int main() {}
