"""What a stage has to say besides its value."""

from __future__ import annotations

from typing import Literal

from tcgen.ir.base import Frozen

Level = Literal["note", "warning", "error"]


class Diagnostic(Frozen):
    """One remark about the project: a guess that was made, a thing that could not be read.

    Attributes:
        level: ``note`` for a guess, ``warning`` for something left out, ``error`` for a dead end.
        code: A stable kebab-case name, for scripts and for tests.
        message: One sentence that names the file or class concerned.
        hint: What to do about it, usually the flag or setting that overrides the guess.
    """

    level: Level
    code: str
    message: str
    hint: str = ""
