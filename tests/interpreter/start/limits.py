# The limits that are fixed.
import resource

for name in ("STACK", "CORE", "NOFILE"):
    print(name, resource.getrlimit(getattr(resource, "RLIMIT_" + name)))
