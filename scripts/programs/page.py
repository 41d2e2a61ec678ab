"""What was measured, as tables."""

import os
import re
from datetime import datetime, timezone
from pathlib import Path

from work import AT_ONCE

PAGE = Path("docs/programs.md")
MARKS = ("<!-- programs -->", "<!-- programs:end -->")


def tables(kinds, left_out, told_of, seconds, every):
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
    if told_of:
        yield ""
        yield from (f"- {it}" for it in sorted(told_of))


def write_page(lines):
    before, rest = PAGE.read_text().split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text("\n".join([before + MARKS[0], *lines, MARKS[1] + after]))
