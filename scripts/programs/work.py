"""Sends the programs, some at once, and gathers what came of them. Every wait has a deadline."""

import base64
import http.client
import json
import queue
import sys
import threading
import time
from collections import Counter

import bare
from judge import BARE_WALL_SECONDS, LIMITS, expected_verdict, judge

AT_ONCE = 2
# Longer than compilation and run together may take, and a wait for a runner.
ANSWER_SECONDS = 600
BUSY_SECONDS = 120
ONE_SECONDS = ANSWER_SECONDS + BUSY_SECONDS + 2 * BARE_WALL_SECONDS
WHOLE_SECONDS = 3 * 3600


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


class Seen:
    """What came of the programs of one kind."""

    def __init__(self):
        self.right, self.wrong, self.asked, self.seconds = 0, 0, 0, 0.0
        self.verdicts = Counter()


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
    """The kinds with what was seen, what is to be told of single programs, and how many were judged."""
    todo, judged, kinds, told_of = queue.Queue(), queue.Queue(), {}, []
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
            if problems:
                told_of.append(f"wrong: {program.set}, {program.kind}, `{program.name}`: {problems[0][:300]}")
            elif said and program.expected and said != expected_verdict(program.expected):
                told_of.append(f"right, but not as its authors say: {program.set}, `{program.name}`: {said}")
            line = {"set": program.set, "kind": program.kind, "name": program.name, **got}
            line |= {"problems": problems, "bare": said, "seconds": round(seconds, 2)}
            print(json.dumps(line), file=log, flush=True)
            if time.monotonic() - told > 15:
                told = time.monotonic()
                print(f"programs: {done} of {len(programs)}, {sum(it.wrong for it in kinds.values())} wrong", flush=True)
    return kinds, told_of, done


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
