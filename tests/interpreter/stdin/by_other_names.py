# Input by files of other names.
# request: {"stdin": "one\ntwo\nthree\n"}
# each: ["open(0)", "open('/dev/stdin')", "open('/proc/self/fd/0', 'rb')", "__import__('io').TextIOWrapper(sys.stdin.detach())", "__import__('os').popen('cat')", "__import__('subprocess').Popen(['head', '-n', '2'], stdout=-1).stdout", "sys.__stdin__"]
import sys

print(EACH.readlines())
