// Puts files into the program that stand under well-known names, and prints what they were at compile time: ours, or empty.
// stopped by: outer root, compiler
// expect: {"status": "ok", "stdout": "root:x:0:0::/nonexistent:/usr/sbin/nologin\nsandbox:x:1000:1000:sandbox:/tmp:/bin/sh\n127.0.0.1 localhost sandbox\n::1 localhost\n0 0\n", "stderr": ""}
#include <cstdio>
#define PUT(name, path) asm(".data\n.globl " #name ", " #name "_end\n" #name ": .incbin \"" path "\"\n" #name "_end: .byte 0\n.text"); extern "C" char name[], name##_end[];
PUT(users, "/etc/passwd") PUT(hosts, "/etc/hosts") PUT(memory, "/proc/self/mem") PUT(environment, "/proc/self/environ")
int main() { printf("%s%s%d %d\n", users, hosts, int(memory_end - memory), int(environment_end - environment)); }
