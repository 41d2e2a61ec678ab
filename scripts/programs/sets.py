"""What the sets of programs that others wrote have in common: a program as a request, or why it is left out.

Every program of a set is given back, as a `Program` or as a `LeftOut` with the reason. No set runs anything.
"""

from dataclasses import dataclass


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


class Not(Exception):
    """Why a program is left out."""
