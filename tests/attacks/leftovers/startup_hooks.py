# Plants code and settings wherever Python, its libraries or a shell look at their start.
# hole: dify-sandbox, issue 27: what a request had loaded first ran before the filter was there
# stopped by: outer root, scratch, prepared
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import builtins, os, site, sys, sysconfig

found = list(getattr(builtins, "planted", []))
home, here = os.path.expanduser("~"), os.path.dirname(os.__file__)
code = "import builtins\nbuiltins.planted = getattr(builtins, 'planted', []) + [__file__]\n"
line = "import builtins; builtins.planted = ['a .pth file']\n"
places = {folder + "/" + name: line if name.endswith(".pth") else code
          for folder in sys.path + site.getsitepackages() + [site.getusersitepackages(), "/opt/warmbox", "/tmp", "/dev/shm", home]
          for name in ("sitecustomize.py", "usercustomize.py", "planted.pth", "os.py", "encodings/__init__.py", "warmbox_fonts.py")}
for module in ("sitecustomize", "warmbox_end", "site", "os", "encodings/__init__"):
    folder, name = os.path.split(module)
    folder = os.path.join("/opt/warmbox" if "warmbox" in name or "custom" in name else here, folder, "__pycache__")
    places[f"{folder}/{name}.{sys.implementation.cache_tag}.pyc"] = code
for name, text in (("matplotlibrc", "backend: planted\n"), ("fontlist-v330.json", "planted"), ("fontlist-v390.json", "planted")):
    for folder in (home + "/.config/matplotlib", home + "/.matplotlib", "/tmp/.matplotlib", "/etc", "/work"):
        places[folder + "/" + name] = text
for path in ("/etc/ld.so.preload", "/etc/ld.so.cache", "/etc/profile", home + "/.profile", home + "/.bashrc", home + "/.pythonrc.py",
             "/etc/passwd", sysconfig.get_config_h_filename(), sys.executable, sys.prefix + "/pyvenv.cfg",
             os.path.dirname(sys.executable) + "/pyvenv.cfg"):
    places[path] = "planted"
ours = ("/work/", "/tmp/", "/dev/shm/")
for path, text in places.items():
    if path.startswith(ours) and os.path.exists(path) and path != "/work/main.py":
        found.append("found " + path)
for path, text in places.items():
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        open(path, "w").write(text)
        if not path.startswith(ours):
            found.append("wrote " + path)
    except OSError:
        pass
for name, value in {"PYTHONSTARTUP": "/tmp/os.py", "PYTHONPATH": "/tmp", "LD_PRELOAD": "/tmp/x.so", "PLANTED": "x"}.items():
    if value in os.environ.get(name, "").split(":"):
        found.append("environment " + name)
    os.environ[name] = value
print("\n".join(found) or "nothing")
