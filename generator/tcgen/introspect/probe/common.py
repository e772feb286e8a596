"""What the parts of the probe share."""

from __future__ import annotations

import importlib
import keyword
import linecache
import sys
import traceback
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tcgen.introspect.protocol import ErrorFields, MissingSetting, Remark

Live = Any
"""A live object of the project or of whatever SQLAlchemy it has: no type can be promised for it."""

NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What comes of a text that is no Python: one that is nested too deep is a MemoryError in some versions."""

MOST_WORDS = 20_000

HERE = str(Path(__file__).resolve().parent)


class ProbeError(Exception):
    """Becomes a ``TcgenError`` in the parent."""

    def __init__(self, code: str, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.fields: ErrorFields = {"code": code, "message": message, "hint": hint, "detail": detail}


class Notes:
    """Diagnostics and settings found missing, gathered on the way."""

    def __init__(self, at: Callable[[str], None] = lambda module: None) -> None:
        self._at = at
        self.now = ""
        """What of the project is being run."""
        self.diagnostics: list[Remark] = []
        self.missing: list[MissingSetting] = []

    def begin(self, name: str) -> None:
        """Tell what of the project is run next: it may never come back."""
        self.now = name
        self._at(name)

    def add(
        self, level: Literal["note", "warning", "error"], code: str, message: str, hint: str = ""
    ) -> None:
        """Remember a remark, once."""
        remark: Remark = {"level": level, "code": code, "message": message, "hint": hint}
        if remark not in self.diagnostics:
            self.diagnostics.append(remark)


def resolve(module: str, qualname: str) -> Live:
    """The object at ``qualname`` of a module that is already imported, or None."""
    found: Live = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
        if found is None:
            return None
    return found


def reference(cls: Live) -> dict[str, str]:
    """``ImportRef`` of a class or function by its own names."""
    return {"module": str(cls.__module__), "qualname": str(cls.__qualname__)}


def can_be_named(dotted: str) -> bool:
    """Whether a statement can name it: there, Python reads a ligature as the letters it is made of."""
    return all(
        part.isidentifier() and not keyword.iskeyword(part) and unicodedata.normalize("NFKC", part) == part
        for part in dotted.split(".")
    )


def is_importable(cls: Live) -> bool:
    """Whether a class's own names lead back to it."""
    return (
        can_be_named(f"{cls.__module__}.{cls.__qualname__}")
        and resolve(cls.__module__, cls.__qualname__) is cls
    )


def short_path(filename: str, root: str) -> str:
    """A path as the project's people know it."""
    for base in (root, *sys.path):
        if base and filename.startswith(base.rstrip("/") + "/"):
            return filename[len(base.rstrip("/")) + 1 :]
    return filename


def _own_frame(error: BaseException, root: str) -> traceback.FrameSummary | None:
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if not f.filename.startswith((HERE, "<")) and f.filename != importlib.__file__
    ]
    own = [f for f in frames if f.filename.startswith(root) and "site-packages" not in f.filename]
    return (own or frames or [None])[-1]  # type: ignore[list-item]


def place(error: BaseException, root: str) -> str:
    """``path:line`` of the project's last frame, or "" when no frame is the project's."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{short_path(error.filename, root)}:{error.lineno}"
    frame = _own_frame(error, root)
    return f"{short_path(frame.filename, root)}:{frame.lineno}" if frame else ""


def words_of(error: BaseException | None) -> str:
    """The message of an error whose class may be anybody's; not more of it than one would read."""
    try:
        return str(error)[:MOST_WORDS]
    except Exception:
        return ""


def explain(error: BaseException, root: str) -> str:
    """The project's own last frame and the exception's message, as Python would show them."""
    lines: list[str] = []
    where = place(error, root)
    if where:
        frame = None if isinstance(error, SyntaxError) else _own_frame(error, root)
        lines.append(f"{where}" + (f", in {frame.name}" if frame else ""))
        text = error.text if isinstance(error, SyntaxError) else _source(frame)
        if text:
            lines.append("    " + text.strip())
    lines.append(f"{type(error).__name__}: {words_of(error)}".rstrip(": "))
    return "\n".join(lines)


def _source(frame: traceback.FrameSummary | None) -> str:
    return linecache.getline(frame.filename, frame.lineno or 0) if frame else ""
