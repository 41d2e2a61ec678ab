"""A prepared Python: started once, stopped right before CPython would open the program, and forked
for every run.

The fork goes on in CPython's own start, which opens and executes main.py as it does for any program;
it has only been spared what comes before. What differs from `python3 main.py` differs on purpose:
modules of `NAMES` are in sys.modules already (a program that brings files of these names is started
plainly instead), and runs that are forks of one interpreter share its hash seed and addresses."""
import _warnings
import atexit
import gc
import os
import sys

import _warmbox
import warmbox_exit

# What programs import most, by parent. A module that is not installed is passed over. Each shared
# library among them (OpenSSL behind hashlib, the codecs behind shutil) makes every fork slower by a
# tenth of a millisecond: those that few programs want are left to be imported.
NAMES = {
    "standard": """
        abc bisect collections collections.abc contextlib copy dataclasses datetime decimal enum fractions
        functools heapq io itertools json math numbers operator random re statistics string time
        traceback types typing
    """,
    "science": """
        numpy numpy.random numpy.linalg matplotlib matplotlib.pyplot matplotlib.backends.backend_agg
        warmbox_figures
    """,
}
# The parent is of no use without this.
NEEDS = {"science": "numpy"}


def serve(kind):
    """Prepares, and waits for runs. Returns in the fork that is one."""
    plain = set(sys.modules)
    # First in, last out: behind everything that a program registers.
    atexit.register(_warmbox.finish, finish)
    for name in (NAMES["standard"] + NAMES.get(kind, "")).split():
        try:
            __import__(name)
        except ImportError:
            if name == NEEDS.get(kind):
                os._exit(0)
    if "matplotlib.pyplot" in sys.modules:
        draw()
    prepared.update(name.partition(".")[0] for name in sys.modules if name not in plain)
    own = [name for name in sys.modules if name.lstrip("_").startswith("warmbox_parent")]
    for name in own + ["_warmbox", "warmbox_exit"]:
        sys.modules.pop(name, None)
    kept.update(sys.modules)
    if "_ctypes" in kept:
        _warmbox.watch_ctypes()
    filters.extend(_warnings.filters)
    # CPython looks for it next, in five folders; here is nobody who could have put it there. Taken
    # away when the program begins.
    sys.modules["usercustomize"] = None
    os.register_at_fork(after_in_child=refresh)
    gc.collect()
    gc.freeze()  # what is here is nobody's garbage; to look through it would copy it
    memory = rehearse()
    told = b"G" if memory is None else _warmbox.serve(memory)
    go([os.fsdecode(arg) for arg in told[1:].split(b"\0")[:-1]], told[:1] == b"C")


def go(args, company):
    """In a fork: the last that is ours before CPython opens the program."""
    sys.argv[1:] = args
    sys.orig_argv[1:3] = []
    sys.orig_argv[2:] = args
    if company and not prepared.isdisjoint(brought()):
        # The program means its own: executed as anywhere.
        os.execv(sys.executable, sys.orig_argv)
    if "matplotlib" in prepared:
        os.makedirs(os.environ["MPLCONFIGDIR"], exist_ok=True)
    spare_search()
    # As new, because the collector is to know it, unlike what is frozen.
    main = type(sys)("__main__")
    names = vars(main)
    names.clear()
    names.update(vars(sys.modules["__main__"]))
    sys.modules["__main__"] = main
    _warmbox.watch_main()


def spare_search():
    """Tells CPython that main.py is no archive, so that it need not find out by every import hook."""
    main = os.open(sys.argv[0], os.O_RDONLY)
    try:
        if b"PK\5\6" not in os.read(main, os.fstat(main).st_size):  # ends a zip file's directory
            sys.path_importer_cache[os.path.abspath(sys.argv[0])] = None
    finally:
        os.close(main)


# Names of modules: under which a program could bring its own, and that are there for good.
prepared = set()
kept = set()
filters = []


def draw():
    """Makes what matplotlib makes when it draws for the first time."""
    import io

    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([0, 1], [1, 0], label="line")
    axes.set_title("title")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
    pyplot.close(figure)


def rehearse():
    """Finds out which memory a fork needs that runs a program, as `_warmbox.serve` takes it: by one
    that does. Returns in that fork too, where it answers None.

    After a fork a page is mapped when it is first read, and copied when it is first written to. A
    program would wait for each of them; what is known beforehand is brought before there is one."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(read)
        rehearsing.append(write)
        return None
    os.close(write)
    with open(read, "rb") as pipe:
        told = pipe.read()
    os.waitpid(pid, 0)
    return told


rehearsing = []


def tell_rehearsal():
    """Never returns."""
    try:
        with open(rehearsing[0], "wb") as pipe:
            pipe.write(touched())
    finally:
        os._exit(0)


# What is to be done with a range of memory, in the lowest bits of its length.
WRITE, READ, DROP = 0, 1, 2
# Of the kernel's documentation, admin-guide/mm/pagemap: bit 63 present, bit 56 mapped here only.
PRESENT, ALONE = 0x80, 0x01
# An allocator's arenas; what is smaller may be the C library's own.
ARENA = 512 << 10


def touched():
    """Of this process: pages that were copied or read, and arenas, which a process that runs no
    Python has no need of. Each as an address and a length of eight bytes."""
    told = bytearray()
    size = os.sysconf("SC_PAGE_SIZE")
    with open("/proc/self/maps") as maps, open("/proc/self/pagemap", "rb", 0) as pagemap:
        for line in maps:
            bounds, rights, _, _, inode, *name = line.split()
            if name and name[0].startswith("[") and name[0] not in ("[heap]", "[stack]"):
                continue
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            if inode == "0" and not name and end - start >= ARENA:
                told += record(start, end - start, DROP)
            pagemap.seek(start // size * 8)
            flags = pagemap.read((end - start) // size * 8)[7::8]
            mask = PRESENT | ALONE if "w" in rights else PRESENT
            first = None
            for at in range(len(flags) + 1):
                wanted = at < len(flags) and flags[at] & mask == mask
                if wanted and first is None:
                    first = at
                elif not wanted and first is not None:
                    action = WRITE if "w" in rights else READ
                    told += record(start + first * size, (at - first) * size, action)
                    first = None
    return told


def record(start, length, action):
    return start.to_bytes(8, "little") + (length | action).to_bytes(8, "little")


def brought():
    """Names under which the program's own files could be imported."""
    names = set()
    for _, folders, files in os.walk("."):
        names.update(name.partition(".")[0] for name in folders + files)
    if "matplotlibrc" in names:
        names.add("matplotlib")  # read when it is imported
    return names


def refresh():
    """What must not be the same in two runs, or tells of the time before this one. Once: to the
    program's own forks nothing happens that does not happen to any."""
    if refreshed:
        return
    refreshed.append(True)
    modules = sys.modules
    if "numpy.random" in modules:
        modules["numpy.random"].seed()  # Python's own random does so by itself
    if "logging" in modules:
        import time

        logging = modules["logging"]
        nanoseconds = isinstance(logging._startTime, int)
        logging._startTime = time.time_ns() if nanoseconds else time.time()


refreshed = []


def finish():
    """The last exit handler, unless the program is traced. Returns where CPython is to finish."""
    code = _warmbox.exit_code()
    if code is not None and not _warmbox.used_ctypes() and warmbox_exit.is_plain(kept, filters):
        if rehearsing:
            tell_rehearsal()
        _warmbox.leave(code)
    gc.unfreeze()  # what is to be taken apart must be known to the collector
