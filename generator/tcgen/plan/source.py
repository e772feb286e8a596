"""Small pieces of Python source: literals, and layout within a line length."""

from __future__ import annotations

from dataclasses import dataclass, field

LINE_LENGTH = 88


@dataclass(frozen=True)
class Code:
    """An expression and the imports it needs, as whole statements."""

    text: str
    imports: frozenset[str] = field(default_factory=frozenset)
    reason: str = ""
    fakes: bool = False
    counts: bool = False


def quoted(value: object) -> str:
    """Return a literal of a string, number, bool, None, or a list or dict of them, quoted the way black does."""
    if isinstance(value, str):
        text = repr(value)
        if text.startswith("'") and '"' not in text:
            text = '"' + text[1:-1].replace("\\'", "'") + '"'
        return text
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(quoted(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {quoted(item)}" for key, item in value.items()) + "}"
    return repr(value)


def assignment(name: str, code: str, *, indent: int = 4) -> str:
    """Return what stands right of ``name =``, broken over lines where it would be too long.

    Only the outermost call or bracket is opened, as a formatter would.
    """
    if indent + len(name) + 3 + len(code) <= LINE_LENGTH or not code.endswith((")", "]", "}")):
        return code
    opening = _matching_bracket(code)
    if opening is None:
        return code
    head, inner, tail = code[: opening + 1], code[opening + 1 : -1], code[-1]
    pad, outer = " " * (indent + 4), " " * indent
    if len(pad) + len(inner) <= LINE_LENGTH:
        return f"{head}\n{pad}{inner}\n{outer}{tail}"
    parts = _split_arguments(inner)
    if len(parts) == 1:
        return f"{head}\n{pad}{inner}\n{outer}{tail}"
    lines = "".join(f"{pad}{_nested(part, indent + 4)},\n" for part in parts)
    return f"{head}\n{lines}{outer}{tail}"


def _nested(part: str, indent: int) -> str:
    return assignment("", part, indent=indent - 2) if part.startswith(("[", "(", "{")) else part


def _matching_bracket(code: str) -> int | None:
    depth = 0
    for position in range(len(code) - 1, -1, -1):
        if code[position] in ")]}":
            depth += 1
        elif code[position] in "([{":
            depth -= 1
            if depth == 0:
                return position
    return None


def _split_arguments(inner: str) -> list[str]:
    parts, depth, start, quote = [], 0, 0, ""
    for position, character in enumerate(inner):
        if quote:
            if character == quote and inner[position - 1] != "\\":
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(inner[start:position].strip())
            start = position + 1
    parts.append(inner[start:].strip())
    return [part for part in parts if part]
