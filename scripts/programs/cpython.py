"""CPython's tests of its own library: the modules that are one file, and those of the suite that they import."""

import re
from functools import lru_cache

from sets import LeftOut, Not, Program

# What a sandbox has otherwise on purpose, or what would be compared with another machine's state.
OUTSIDE = {
    "socket", "subprocess", "multiprocessing", "asyncio", "threading", "_thread", "signal", "tkinter", "select", "ssl",
    "ctypes", "concurrent", "urllib", "http", "pty", "tty", "curses", "grp", "pwd", "resource", "dbm", "turtle",
    "ensurepip", "locale",
}  # fmt: skip
# Some GiB, which are above every ceiling.
LARGE = {"zipfile64", "zipimport"}
NOT_IN_IMAGE = {"_testcapi", "_testinternalcapi", "_testlimitedcapi", "_testclinic", "lib2to3"}
MODULE = 'import test, unittest\ntest.__path__.insert(0, "/work")\nunittest.main("test.{}", verbosity=2)\n'


def programs(tests):
    """`tests` is the folder `test` of the library."""
    for path in sorted(tests.glob("test_*")):
        name = path.stem
        if not (path.is_dir() or path.suffix == ".py"):
            continue
        try:
            files = module_files(tests, path, name)
        except Not as reason:
            yield LeftOut("CPython", "test modules", name, str(reason))
            continue
        main = ("main.py", MODULE.format(name).encode())
        # What the tests came to is on standard error; on standard output some show what is random.
        yield Program("CPython", "test modules", name, "python", [main, *files], None, True, same_stdout=False)


def module_files(tests, path, name):
    if path.is_dir():
        raise Not("is a folder of modules")
    files, todo = {}, [name]
    while todo:
        at = todo.pop()
        if at in files:
            continue
        file = tests / f"{at}.py"
        if not file.is_file():
            raise Not("reads data files of the suite, or a folder of modules")
        files[at] = file.read_bytes()
        imported, siblings = imports(files[at])
        if (imported | {at.removeprefix("test_")}) & OUTSIDE:
            raise Not("is about processes, threads, sockets, the network or the machine")
        if imported & NOT_IN_IMAGE:
            raise Not("needs modules that are made for tests of the interpreter alone")
        todo += siblings
    if name.removeprefix("test_") in LARGE:
        raise Not("writes more than a program may")
    return [(f"{name}.py", text) for name, text in files.items()]


IN_LIBRARY = {"support", "libregrtest", "regrtest", "typinganndata", "__main__"}


IMPORT = re.compile(r"^[ \t]*(?:import[ \t]+([\w., \t]+)|from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n]*))", re.M)
SUPPORT_OUTSIDE = {"script_helper", "socket_helper", "threading_helper"}


@lru_cache(maxsize=None)
def imports(source):
    """The names of modules up to their first dot, and those of the suite itself.

    By its lines, because the interpreter that looks may be older than the one that the tests are for.
    """
    found, siblings = set(), set()
    for plain, module, names in IMPORT.findall(source.decode(errors="replace")):
        imported = re.findall(r"[\w.]+", plain)
        if module:
            imported = [module]
            if module in ("test", "test.support"):
                imported = [f"{module}.{it}" for it in re.findall(r"(\w+)(?:[ \t]+as[ \t]+\w+)?", names)]
        for name in imported:
            first, *more = name.split(".")
            if first != "test":
                found.add(first)
            elif more and more[0] not in IN_LIBRARY:
                siblings.add(more[0])
            elif more[1:2] and more[1] in SUPPORT_OUTSIDE:
                found.add("subprocess")
    return found, sorted(siblings)
