"""Small pieces of Python source."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Code:
    """An expression and the imports it needs, as whole statements.

    Attributes:
        reason: Why this one, for ``tcgen plan``.
        caveat: What speaks against the database taking it, or "".
    """

    text: str
    imports: frozenset[str] = field(default_factory=frozenset)
    reason: str = ""
    caveat: str = ""


def quoted(value: object) -> str:
    """Return a literal of a string, number, bool, None, or a list or dict of them, quoted the way black does."""
    if isinstance(value, str):
        text = repr(value)
        if text.startswith("'") and value.count('"') <= value.count("'"):
            text = '"' + text[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
        return text
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(quoted(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {quoted(item)}" for key, item in value.items()) + "}"
    return repr(value)
