"""What the words of DejaGnu in the comments of a libstdc++ test ask for, as far as a request can say it."""

import re
from fnmatch import fnmatchcase

from sets import Not

# What the API offers (runner-images/cpp/language.toml).
STANDARDS = {11, 14, 17, 20, 23}
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
