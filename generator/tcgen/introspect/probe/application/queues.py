"""Task queues that the project's modules hold."""

from __future__ import annotations

import re

from ..common import Live

HINT = re.compile(r"\bCelery\(")


def found(held: list[tuple[str, dict[str, Live]]]) -> list[dict[str, Live]]:
    """Queues, each once, by the name of its library."""
    known: dict[int, dict[str, Live]] = {}
    for module, values in held:
        for attribute, value in values.items():
            names = {f"{cls.__module__}.{cls.__qualname__}" for cls in type(value).__mro__}
            if (
                "celery.app.base.Celery" in names
                and id(value) not in known
                and not attribute.startswith("__")
            ):
                known[id(value)] = {
                    "library": "celery",
                    "ref": {"module": module, "qualname": attribute},
                }
    return list(known.values())
