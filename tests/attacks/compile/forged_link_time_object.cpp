// Gives the linker an object that claims to hold code for link time optimisation, with options and bytes of its own
// choice: the linker starts a second compiler on it. It must fail as a compiler, behind the same walls.
// stopped by: compiler
// expect: {"status": "compile_error", "limit": null, "exit_code": null, "stdout": "", "compile": {"exit_code": 1, "stderr": {"has": ["lto1: ", "lto-wrapper failed"]}}}
asm(".section .gnu.lto_.symtab.1234567812345678,\"e\",@progbits\n.string \"forged\"\n.string \"\"\n.byte 0,0\n.quad 0\n.long 0\n"
    ".section .gnu.lto_.lto.1234567812345678,\"e\",@progbits\n.short 12,0\n.byte 0,0\n.short 1\n"
    ".section .gnu.lto_.opts,\"e\",@progbits\n.string \"'-fplugin=/tmp/x.so' '-wrapper' '/usr/bin/id' '-B/tmp'\"\n"
    ".section .gnu.lto_main.0.1234567812345678,\"e\",@progbits\n.fill 100,1,65\n.comm __gnu_lto_v1,1,1\n.text");
int main() {}
