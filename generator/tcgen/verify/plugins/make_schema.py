"""A pytest plugin: writes into the folder ``$TCGEN_REPORT`` why the suite's schema cannot be made, or what it is like.

What hinders the server is no fault of the schema's: then nothing is written. It runs in the project's interpreter, so
that it knows nothing of tcgen.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, inspect, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

Live = Any
"""What SQLAlchemy finds out, in whatever version the project has."""

# null is the schema that is meant where none is named
HERE = """
    JOIN pg_class AS c ON c.oid = {of} AND c.relkind IN ('r', 'p')
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname !~ '^(pg_|information_schema$)'
"""
SCHEMA = "nullif({0}.nspname, current_schema())::text"
NAMES = """
    ARRAY(SELECT a.attname::text FROM unnest({keys}) WITH ORDINALITY AS k (number, place)
          JOIN pg_attribute AS a ON a.attrelid = {of} AND a.attnum = k.number ORDER BY k.place)
"""
QUERIES = {
    "relations": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table",
               pg_relation_is_updatable(c.oid, true) & 8 <> 0 AS insertable
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname !~ '^(pg_|information_schema$)'
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
        ORDER BY 1, 2""",
    "columns": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table", a.attname::text AS name,
               a.attnotnull OR t.typnotnull AS not_null,
               CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS length,
               a.attgenerated <> '' AS generated, t.typname = 'bool' AS boolean,
               ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder) AS labels
        FROM pg_attribute AS a {HERE.format(of="a.attrelid")} JOIN pg_type AS t ON t.oid = a.atttypid
        WHERE a.attnum > 0 AND NOT a.attisdropped
        ORDER BY 1, 2, a.attnum""",
    "foreign_keys": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table",
               {NAMES.format(keys="o.conkey", of="o.conrelid")} AS columns,
               {SCHEMA.format("tn")} AS target_schema, t.relname::text AS target,
               {NAMES.format(keys="o.confkey", of="o.confrelid")} AS target_columns
        FROM pg_constraint AS o {HERE.format(of="o.conrelid")}
        JOIN pg_class AS t ON t.oid = o.confrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
        WHERE o.contype = 'f'
        ORDER BY 1, 2, o.conname""",
    "checks": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table", o.conname::text AS name,
               pg_get_expr(o.conbin, o.conrelid) AS sql
        FROM pg_constraint AS o {HERE.format(of="o.conrelid")}
        WHERE o.contype = 'c'
        ORDER BY 1, 2, o.conname""",
    # what the values of a domain have to be
    "domains": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table", a.attname::text AS name,
               ARRAY(SELECT substr(pg_get_constraintdef(oid), 7) FROM pg_constraint
                     WHERE contypid = t.oid AND contype = 'c' ORDER BY conname) AS checks
        FROM pg_attribute AS a {HERE.format(of="a.attrelid")} JOIN pg_type AS t ON t.oid = a.atttypid AND t.typtype = 'd'
        WHERE a.attnum > 0 AND NOT a.attisdropped
        ORDER BY 1, 2, a.attnum""",
    # of tables whose rows have no partition to fall back on: what those of the first one are like
    "partitions": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table",
               pg_get_partition_constraintdef(leaf.relid) AS sql
        FROM pg_partitioned_table AS p {HERE.format(of="p.partrelid")}
        CROSS JOIN LATERAL (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf AND relid <> c.oid
                            ORDER BY relid LIMIT 1) AS leaf
        WHERE p.partdefid = 0 AND NOT c.relispartition
        ORDER BY 1, 2""",
    "exclusions": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table", pg_get_constraintdef(o.oid) AS sql
        FROM pg_constraint AS o {HERE.format(of="o.conrelid")}
        WHERE o.contype = 'x'
        ORDER BY 1, 2, o.conname""",
    # what rows meet on their way into a table
    "rules": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table", 'trigger ' || o.tgname AS rule
        FROM pg_trigger AS o {HERE.format(of="o.tgrelid")}
        WHERE NOT o.tgisinternal AND o.tgparentid = 0
        UNION ALL
        SELECT {SCHEMA.format("n")}, c.relname::text, 'row-level security'
        FROM pg_class AS o {HERE.format(of="o.oid")}
        WHERE o.relrowsecurity
        ORDER BY 1, 2, 3""",
    "uniques": f"""
        SELECT {SCHEMA.format("n")} AS schema_name, c.relname::text AS "table",
               {NAMES.format(keys="(i.indkey::int2[])[0:i.indnkeyatts - 1]", of="i.indrelid")} AS columns,
               pg_get_expr(i.indpred, i.indrelid) AS "where"
        FROM pg_index AS i {HERE.format(of="i.indrelid")}
        WHERE i.indisunique AND NOT i.indisprimary AND i.indexprs IS NULL
        ORDER BY 1, 2, i.indexrelid""",
}

TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "mysql": "SELECT event_object_table, trigger_name FROM information_schema.triggers"
    " WHERE trigger_schema = DATABASE() ORDER BY trigger_name",
}
"""The table and the name of each."""

TAKING_VIEWS = {
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND upper(sql) LIKE '%INSTEAD OF INSERT%'",
    "mysql": "SELECT table_name FROM information_schema.views"
    " WHERE table_schema = DATABASE() AND is_updatable = 'YES'",
}
"""The views that take rows."""


FURTHER = os.environ["TCGEN_FURTHER"].split()
"""Names of the databases beside the first."""


@pytest.fixture(scope="session", autouse=True)
def _schema(request: pytest.FixtureRequest) -> None:
    for name in ("", *FURTHER):
        try:
            engine = request.getfixturevalue(f"{name}_engine" if name else "engine")
        except Exception:
            # another database may have a schema; the tests of this one will fail for the same reason
            report_failure(pytest.ExceptionInfo.from_current())
        else:
            look_at(name, engine, request.session.items)


def look_at(database: str, engine: Engine, items: list[pytest.Item]) -> None:
    """Report what the migrations made."""
    # they ran, whatever can be found out about that
    with suppress(SQLAlchemyError), engine.connect() as connection:
        report("catalog", catalog_of(connection), database)
    tests = [item for item in items if is_of_migrations(item) and database_of(item.path) == database]
    found = getattr(tests[0].module, "differences", None) if tests else None  # type: ignore[attr-defined]
    with suppress(Exception), engine.connect() as connection:
        report("differences", sorted(found(connection)) if found else [], database)


def database_of(path: Path) -> str:
    """Return the name of the database that a file of the suite is about; "" is the first."""
    return path.parent.name if path.parent.name in FURTHER else ""


def catalog_of(connection: Connection) -> dict[str, list[dict[str, object]]]:
    """Return what the database says of its tables, as far as its kind has that."""
    if connection.dialect.name in TRIGGERS:
        return {name: list(rows) for name, rows in inspected(connection).items()}
    queries = {name: connection.execute(text(query)) for name, query in QUERIES.items()}
    return {name: [dict(row._mapping) for row in rows] for name, rows in queries.items()}


def inspected(connection: Connection) -> dict[str, Iterable[dict[str, object]]]:
    """Return what SQLAlchemy finds out about the tables of a database that has no such catalogue as PostgreSQL's."""
    about: Live = inspect(connection)
    triggers = list(connection.execute(text(TRIGGERS[connection.dialect.name])))
    taken = {name for (name,) in connection.execute(text(TAKING_VIEWS[connection.dialect.name]))}
    is_file = connection.dialect.name == "sqlite"
    # the schemas of a server are its other databases
    attached = [one for one in about.get_schema_names() if one not in ("main", "temp")] if is_file else []
    schemas = [None, *attached]
    known = [
        (table, {"schema_name": schema, "table": table})
        for schema in schemas
        for table in about.get_table_names(schema)
    ]
    return {
        "relations": (
            *({**place, "insertable": True} for _, place in known),
            *(
                {"schema_name": None, "table": one, "insertable": one in taken}
                for one in about.get_view_names()
            ),
        ),
        "columns": (
            {
                **place,
                "name": one["name"],
                "not_null": not one["nullable"],
                # of which SQLite takes no notice
                "length": None if is_file else getattr(one["type"], "length", None),
                "generated": "computed" in one,
                "boolean": isinstance(one["type"], Boolean),
                "labels": list(getattr(one["type"], "enums", ())),
            }
            for table, place in known
            for one in about.get_columns(table, place["schema_name"])
        ),
        "foreign_keys": (
            {
                **place,
                "columns": one["constrained_columns"],
                "target_schema": one["referred_schema"],
                "target": one["referred_table"],
                "target_columns": one["referred_columns"],
            }
            for table, place in known
            for one in about.get_foreign_keys(table, place["schema_name"])
        ),
        "checks": (
            {**place, "name": one["name"] or "", "sql": one["sqltext"]}
            for table, place in known
            for one in about.get_check_constraints(table, place["schema_name"])
        ),
        "uniques": (
            {**place, "columns": one["column_names"], "where": None if where is None else str(where)}
            for table, place in known
            for one in (
                *about.get_unique_constraints(table, place["schema_name"]),
                *about.get_indexes(table, place["schema_name"]),
            )
            if one.get("unique", True) and None not in one["column_names"]
            for where in [one.get("dialect_options", {}).get("sqlite_where")]
        ),
        "rules": (
            {"schema_name": None, "table": table, "rule": f"trigger {name}"} for table, name in triggers
        ),
    }


def is_of_migrations(item: pytest.Item) -> bool:
    """Whether a test is one of those of the migrations; a plugin's items, such as a linter's, are none."""
    return isinstance(item, pytest.Function) and item.path.name == "test_migrations.py"


def report_failure(raised: pytest.ExceptionInfo[BaseException]) -> None:
    """Report what was raised while a schema was made, and nothing that was raised before."""
    making = [entry for entry in raised.traceback if entry.name == "create_schema"]
    if making:
        report("failure", told(raised), database_of(Path(making[-1].path)))


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[object]) -> None:
    """Report tests that fail, those that are expected to among them."""
    if not is_of_migrations(item):
        return
    if call.when == "call" and call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception):
        report(item.name, told(call.excinfo), database_of(item.path))


def told(raised: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the type and the first line of what was raised; of a process that failed, the error it ended with."""
    lines = str(raised.value).strip().split("\n")
    errors = [line for line in lines[1:] if re.match(r"[A-Za-z_][\w.]*(Error|Exception): ", line)]
    message = f"{lines[0]} {(errors or lines)[-1]}" if lines[0].endswith(":") and lines[1:] else lines[0]
    return f"{raised.typename}: {message[:300]}".removesuffix(": ")


def report(name: str, found: object, database: str = "") -> None:
    """Write what came of it, a file each, since there may be several workers."""
    Path(os.environ["TCGEN_REPORT"], database, f"{name}.json").write_text(json.dumps(found), encoding="utf-8")
