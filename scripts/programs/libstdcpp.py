"""libstdc++'s tests, with what they include of the suite."""

import re

from dejagnu import Meant
from sets import LeftOut, Not, Program

FOLDERS = ["20_util", "21_strings", "23_containers", "25_algorithms", "26_numerics"]
# One of so many programs is sent with its checks turned round as well.
TURNED_ROUND = 20
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


def programs(tests):
    """`tests` is libstdc++-v3/testsuite."""
    number = 0
    for folder in FOLDERS:
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
