# Who finds modules.
# differs: our sitecustomize waits for matplotlib, in a finder of its own
# expect: {"exit_code": 0, "stderr": "", "stdout": {"has": ["4 BuiltinImporter FrozenImporter PathFinder", "zipimporter path_hook_for_FileFinder"]}}
import sys

names = [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path]
print(len(names), *[name for name in names if name != "Watch"])
print(*[hook.__name__ for hook in sys.path_hooks])
