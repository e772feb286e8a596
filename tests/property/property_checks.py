"""CHECK constraints that are known to leave room for a row, and how many values they leave."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from property_types import Sort

from tcgen.ir.schema import Dialect

ENOUGH = 1000


@dataclass(frozen=True)
class Check:
    """A condition on one column; `values` as in `Sort`."""

    sql: str
    values: int | None = None


def quote(name: str, dialect: Dialect) -> str:
    """Return a column's name as SQL text that SQLAlchemy takes for no bind parameter."""
    mark = "`" if dialect in ("mysql", "mariadb") else '"'
    escaped = name.replace(mark, mark * 2).replace(":", "\\:")
    return f"{mark}{escaped}{mark}"


@st.composite
def on_one(draw: st.DrawFn, name: str, sort: Sort, dialect: Dialect) -> Check | None:
    """A condition on a column of this type."""
    quoted = quote(name, dialect)
    if sort.kind in ("whole", "number"):
        return draw(_number(quoted, sort))
    if sort.kind == "text" and "CHAR" not in sort.type:
        return draw(_text(quoted, sort, dialect))
    if sort.kind == "enum" and len(sort.members) > 1:
        first = sort.members[0].replace("'", "''")
        return Check(f"{quoted} <> '{first}'", values=len(sort.members) - 1)
    return None


@st.composite
def _number(draw: st.DrawFn, name: str, sort: Sort) -> Check:
    top = 10 ** min(sort.size or 0, 9) - 1
    if top < 10:
        return Check(f"{name} >= 0", sort.values)
    low = draw(st.integers(-min(top, 60) // 2, min(top - 5, 5000)))
    width = draw(st.integers(0, min(top - low, 2_000_000)))
    whole = sort.kind == "whole"
    few = width + 1 if width < ENOUGH else None
    other = draw(st.integers(low, low + width))
    listed = sorted({low, low + width, other})
    return draw(
        st.sampled_from(
            [
                Check(f"{name} > {low}", sort.values if low < top - ENOUGH else 1),
                Check(f"{name} >= {low}", sort.values if low < top - ENOUGH else 1),
                Check(f"{name} < {low + width + 1}", sort.values),
                Check(f"{name} <= {low} OR {name} > {low + width}", 1),
                Check(f"{name} BETWEEN {low} AND {low + width}", few),
                Check(f"{low} <= {name} AND {name} <= {low + width}", few),
                Check(f"{name} <> {low}", sort.values),
                Check(f"{name} NOT IN ({low}, {other}) AND {name} >= {low}", 1),
                Check(f"{name} IN ({', '.join(map(str, listed))})", len(listed)),
                Check(f"{name} = {low}" if whole else f"{name} IN ({low})", 1),
            ]
        )
    )


@st.composite
def _text(draw: st.DrawFn, name: str, sort: Sort, dialect: Dialect) -> Check:
    size = sort.size or 40
    some = draw(st.integers(1, min(size, 20)))
    most = draw(st.integers(some, size))
    few = 36 if some == 1 else None
    options = [
        Check(f"length({name}) >= {some}", sort.values),
        Check(f"char_length({name}) = {some}", few),
        Check(f"length({name}) BETWEEN {some} AND {most}", 36 if most == 1 else None),
        Check(f"length({name}) <= {most}", 36 if most == 1 else None),
        Check(f"{name} <> ''", sort.values),
        Check(f"length(trim({name})) > 0", sort.values),
        Check(f"{name} = lower({name})", sort.values),
        Check(f"{name} ~ '^[a-z]+$'", 26 if size == 1 else None),
        Check(f"{name} IN ('x', 'y')", 2),
        Check(f"{name} = ANY (ARRAY['x', 'y', 'z'])", 3),
        Check(f"{name} <> 'x'", sort.values),
        Check(f"{name} NOT IN ('x', 'word') AND {name} <> 'made'", sort.values),
    ]
    if size >= 8:
        options += [
            Check(f"{name} LIKE 'A-%'"),
            Check(f"{name} ~ '^[A-Z]{{3}}$'"),
            Check(f"{name} ~ '^[A-Z]{{2}}-[0-9]{{4}}$'"),
            Check(f"{name} ~* '^[a-z][a-z0-9_]*$' AND length({name}) > 2"),
            Check(f"{name} SIMILAR TO '[a-z]+'", 1),
            Check(f"{name} NOT LIKE '% %'"),
        ]
    return draw(st.sampled_from([one for one in options if is_known(one.sql, dialect)]))


def is_known(sql: str, dialect: Dialect) -> bool:
    """Tell whether a database has what stands in a condition; PostgreSQL has all of it."""
    own = (" ~", "SIMILAR TO", "ARRAY[", "char_length", "num_nonnulls", "::")
    return dialect == "postgresql" or not any(one in sql for one in own)


TWO = [
    "{a} < {b}",
    "{a} <= {b}",
    "{a} > {b}",
    "{a} >= {b}",
    "{a} <> {b}",
    "{a} <= {b} OR {b} IS NULL",
    "{a} IS NULL OR {b} IS NULL OR {a} < {b}",
]
"""Conditions on two columns of one type."""
TWO_NUMBERS = ["{a} + {b} > 3", "{a} > {b} + 1", "{a} = {b}", "{a} >= 0 AND {b} >= 0 AND {a} <= {b}"]
NULLS = [
    "({a} IS NULL) <> ({b} IS NULL)",
    "({a} IS NULL) != ({b} IS NULL)",
    "({a} IS NULL AND {b} IS NOT NULL) OR ({a} IS NOT NULL AND {b} IS NULL)",
    "({a} IS NULL) = ({b} IS NULL)",
    "num_nonnulls({a}, {b}) = 1",
    "({a} IS NOT NULL)::int + ({b} IS NOT NULL)::int = 1",
    "CASE WHEN {a} IS NULL THEN {b} IS NOT NULL ELSE {b} IS NULL END",
    "{a} IS NOT NULL OR {b} IS NOT NULL",
    "{a} IS NULL OR {b} IS NOT NULL",
]
"""Conditions on two columns that may be NULL."""
