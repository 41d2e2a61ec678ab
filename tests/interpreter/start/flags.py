# The interpreter's settings.
import sys

print(sys.flags)
print(sys._xoptions, sys.warnoptions, sys.dont_write_bytecode, sys.pycache_prefix)
print(sys.executable, sys._base_executable, sys.prefix, sys.exec_prefix, sys.base_prefix, sys.platlibdir)
print(sys.version, sys.hexversion, sys.implementation, sys.api_version, sys.platform, sys.byteorder, sys.maxsize)
print(hasattr(sys, "ps1"), hasattr(sys, "last_exc"), hasattr(sys, "tracebacklimit"), sys.is_finalizing())
import sysconfig, site

print(sysconfig.get_path("stdlib"), site.ENABLE_USER_SITE, site.getusersitepackages())
