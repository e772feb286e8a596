"""What a column's type is made of: the types in it, the one that stores, and how much that holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcgen.ir.schema import TypeFact


def parts_of(fact: TypeFact) -> Iterator[TypeFact]:
    """Give a type, and all that it wraps or has elements of."""
    yield fact
    for inner in (fact.impl, fact.item):
        if inner is not None:
            yield from parts_of(inner)


def innermost(fact: TypeFact) -> TypeFact:
    """Return the type at the bottom of a stack of TypeDecorators."""
    return innermost(fact.impl) if fact.impl is not None else fact


def length_of(fact: TypeFact) -> int | None:
    """Return the most characters the database takes."""
    if fact.longest is not None:
        return fact.longest
    inner = innermost(fact)
    if inner.length is not None:
        return inner.length
    found = re.match(r"(N?CHAR)$|(?:VAR)?CHAR\((\d+)\)", inner.ddl or "", re.IGNORECASE)
    # CHAR alone is CHAR(1)
    return int(found.group(2) or 1) if found else None


def bits_of(fact: TypeFact) -> int:
    """Return how many bits a bit string has; 16 where it may have any number of them."""
    ddl = innermost(fact).ddl or ""
    found = re.search(r"\((\d+)\)", ddl)
    return int(found.group(1)) if found else 16 if "VARYING" in ddl.upper() else 1
