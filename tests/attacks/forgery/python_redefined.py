# Redefines everything in Python that a wrapper would call after the program: output, exit, exit handlers,
# hooks, modules. The wrapper is the kernel; the exit code is what the process ended with.
# hole: CVE-2025-3466 (dify-sandbox): the program redefined what its wrapper called before the walls stood
# hole: n8n CVE-2025-68668, CVE-2026-0863 and kin: walls inside the language were taken down by the language
# hole: CVE-2026-24002 (Grist), CVE-2026-5752 (Cohere Terrarium), CVE-2026-26956 (vm2), CVE-2026-25587 (SandboxJS), CVE-2026-39888 (PraisonAI), CVE-2026-53753 (Crawl4AI): walls inside a language are none
# stopped by: verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stdout": "true output\n", "stderr": "", "images": []}
import atexit, builtins, os, sys, threading

true_exit = os._exit
os.write(1, b"true output\n")
class Stream:
    def write(self, text): return len(text)
    def flush(self): raise SystemExit(0)
    def fileno(self): return -1
    closed = False
sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = Stream()
sys.exit = os._exit = os.abort = builtins.exit = builtins.quit = lambda *a: None
builtins.print = builtins.open = builtins.__import__ = lambda *a, **k: None
sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: true_exit(43)
sys.setprofile(lambda *a: None)
sys.settrace(lambda *a: None)
sys.displayhook = None
threading._shutdown = lambda: None
atexit._clear()
atexit.register(lambda: true_exit(0))
for name in list(sys.modules):
    if name not in ("builtins", "sys", "__main__"):
        del sys.modules[name]
raise KeyboardInterrupt("as if from outside")
