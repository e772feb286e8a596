"""The reference page of what tcgen says, made from the codes there are."""

from __future__ import annotations

from collections.abc import Mapping

_HEAD = """# Messages

Made from the code; `pytest tests/golden --regenerate` writes this page anew.

Every error and every remark has a code that does not change. An error ends a command with status 2, and the project is
as it was; with `--json` it is a document on stdout too:

```json
{"kind": "error", "version": 1, "code": "no-suite", "message": "…", "hint": "…", "detail": "…"}
```

Remarks are in `diagnostics` of the documents of `init`, `inspect`, `update` and `check`, each with its `level`: a `note`
tells a guess, a `warning` that something was left out.
"""


def messages(errors: Mapping[str, str], remarks: Mapping[str, str]) -> str:
    """Return the page as Markdown.

    Args:
        errors: Code → what it means.
        remarks: Code → what it means.
    """
    return "\n".join([_HEAD, "## Errors", "", _table(errors), "", "## Remarks", "", _table(remarks), ""])


def _table(codes: Mapping[str, str]) -> str:
    rows = [f"| `{code}` | {meaning} |" for code, meaning in codes.items()]
    return "\n".join(["| code | what it means |", "|---|---|", *rows])
