"""Whether an answer is right: what a verdict is, and what a bare process says of the same program."""

import json
import re
import signal
from pathlib import Path

# Time that passes is no limit here (programs.sh raises the ceilings): a busy machine is no reason for another verdict.
LIMITS = {
    "cpu_ms": 20_000, "wall_ms": 200_000, "memory_bytes": 1 << 30, "output_bytes": 16 << 20, "compile_wall_ms": 200_000,
}  # fmt: skip
BARE_WALL_SECONDS = 400


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
    if program.language == "python":
        end = root.run(["python3", main], LIMITS["cpu_ms"], BARE_WALL_SECONDS)
    else:
        put = {"-std={std}": [f"-std={program.std}"], "{output}": ["main"]}
        put["{sources}"] = [name for name, _ in program.files if name.endswith((".cc", ".cpp"))]
        words = [it for word in compiler() for it in put.get(word, [word])]
        most = LIMITS["compile_wall_ms"]
        end = root.run(words, most, BARE_WALL_SECONDS)
        if end.code != 0:
            said = end_of(end, got, most)
            if said["status"] == "runtime_error":
                said["status"] = "compile_error"
            return said, "", "", end.stderr.decode(errors="replace")
        end = root.run(["./main"], LIMITS["cpu_ms"], BARE_WALL_SECONDS)
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


def judge(program, server, places):
    """The answer's verdict, what is wrong with it, and what a bare process said; None where none was asked."""
    answer = server.ask(program)
    got = verdict(answer)
    if not program.compared and got == expected_verdict(program.expected):
        return got, [], None
    return got, *differences(program, answer, places[program.language])
