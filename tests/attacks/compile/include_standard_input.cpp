// The compiler's standard input is empty: it neither gets nor uses up what is meant for the program.
// stopped by: compiler
// request: {"stdin": "#error read by the compiler\n"}
// expect: {"status": "ok", "stdout": "#error read by the compiler\n", "stderr": "", "compile": {"status": "ok", "stderr": ""}}
#include "/dev/stdin"
#include "/proc/self/fd/0"
#include <cstdio>
int main() {
    char line[99];
    if (fgets(line, sizeof line, stdin)) fputs(line, stdout);
}
