# Gives arguments that look like options, files of options, placeholders, shell words and line ends. They
# come behind the program's name, as they are, and nothing takes them up.
# hole: Piston: arguments of a request were taken for options of what executed it
# hole: llm-sandbox 147: command lines were put together as text, with a user's paths in them, and given to a shell
# stopped by: requests
# request: {"args": ["-c", "print('taken up')", "--version", "-X", "warmbox_ahead", "-o/tmp/x", "@/etc/passwd", "{main}", "{args}", "{output}", "$(id)", "`id`", "; id", "", "a\nb", "\u202e", "--", "-"]}
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "['python3', 'main.py', '-c', \"print('taken up')\", '--version', '-X', 'warmbox_ahead', '-o/tmp/x', '@/etc/passwd', '{main}', '{args}', '{output}', '$(id)', '`id`', '; id', '', 'a\\nb', '\\u202e', '--', '-']\n{} 0\n", "stderr": ""}
import os, sys

print(ascii(sys.orig_argv))
print(sys._xoptions, sys.flags.interactive)
for fd in range(3, 64):
    try:
        print("descriptor", fd, os.readlink("/proc/self/fd/%d" % fd))
    except OSError:
        pass
sys.exit(43)
