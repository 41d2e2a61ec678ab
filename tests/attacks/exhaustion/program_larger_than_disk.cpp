// A program that its compiler may make, but that does not fit into the scratch folder of its run.
// stopped by: scratch
// request: {"limits": {"disk_bytes": 4194304}}
// expect: {"status": "disk_limit", "limit": "disk_bytes", "exit_code": null, "signal": null, "stdout": "", "stderr": "", "compile": {"status": "ok"}}
#include <cstdio>
char big[5 << 20] = {1};
int main() { printf("%d\n", big[0]); }
