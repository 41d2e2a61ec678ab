# What standard modules count or remember begins at the beginning.
import asyncio
import concurrent.futures
import decimal
import functools
import linecache
import logging
import mimetypes
import multiprocessing
import socket
import tempfile
import threading
import warnings

print(threading.Thread().name, threading.Timer(1, print).name)
print(logging.root.handlers, logging.root.level, len(logging.root.manager.loggerDict) >= 0, logging.getLogger("x").getEffectiveLevel())
print(decimal.getcontext(), decimal.DefaultContext)
print(multiprocessing.current_process().name, multiprocessing.parent_process(), multiprocessing.Process().name, multiprocessing.get_start_method())
print(socket.getdefaulttimeout(), tempfile.tempdir, tempfile.template, mimetypes.inited)
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    print(pool.submit(lambda: threading.current_thread().name).result())


async def main():
    return asyncio.current_task().get_name(), asyncio.create_task(asyncio.sleep(0)).get_name()


print(asyncio.run(main()))
print([(f[0], f[1], f[2].__name__, f[3], f[4]) for f in warnings.filters], warnings.onceregistry if hasattr(warnings, "onceregistry") else "")
print(sorted(name for name in linecache.cache if "/work" in name))
