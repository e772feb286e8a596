"""The tests of the migrations, in every form a plan can give them: they are formatted, and name nothing unknown."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tcgen.render.engine import render_text
from tcgen.template.location import own_template

PLAN = Path(__file__).parents[2] / "golden" / "cases" / "bookshop" / "plan.txt"
FILTERS = {
    "include_object": {"statement": "from bookshop.filters import wanted", "name": "wanted"},
    "compare_type": {"statement": "from bookshop.filters import same", "name": "same"},
}
AUDIT = {"expression": "audit", "imports": ["from bookshop.audit import audit"], "modules": []}
ENVIRONMENT = {"url_via": "environment", "environment": {"DATABASE_URL": "url"}}


def rendered(alembic: dict[str, Any], **database: Any) -> dict[str, str]:
    first, *others = PLAN.read_text(encoding="utf-8").splitlines()
    suite = json.loads(first)
    suite["database"] |= database
    suite["database"]["alembic"] |= alembic
    tree = render_text("\n".join([json.dumps(suite), *others]) + "\n", own_template())
    folder = suite["dest"]
    return {name: tree[f"{folder}/{name}.py"].decode() for name in ("test_migrations", "schema", "postgres")}


def beside(migrated: bool) -> list[dict[str, Any]]:
    suite = json.loads(PLAN.read_text(encoding="utf-8").splitlines()[0])
    return [*suite["database"]["metadatas"], {**AUDIT, "migrated": migrated}]


FORMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {"compares_enums": False, "compares_checks": False}),
    "enums": ({}, {"compares_enums": True, "compares_checks": False}),
    "checks": ({}, {"compares_enums": False, "compares_checks": True}),
    "filters": (
        {"filters": FILTERS, "include_schemas": True, "compare": {"compare_server_default": True}},
        {},
    ),
    "no-types": ({"compare": {"compare_type": False}}, {}),
    "own-table": ({"version_table": "versions", "version_table_schema": "ops"}, {}),
    "differences": ({}, {"differences": ['add_table "x"', "modify_type authors name"]}),
    "refused": ({}, {"refused_migrations": {"test_down_and_up_again": "NotImplementedError: no way\\back"}}),
    "two": ({}, {"metadatas": beside(migrated=True)}),
    "beside": ({}, {"metadatas": beside(migrated=False)}),
    "heads": ({"target": "heads", "loads_alone": False}, {}),
    "attribute": ({"url_via": "attribute", "attribute": "connection"}, {"schema_from": "alembic_attribute"}),
    "environment": (ENVIRONMENT, {"schema_from": "alembic_environment", "metadatas": beside(migrated=False)}),
    "direct": ({"url_via": "direct"}, {"schema_from": "alembic_direct", "metadatas": beside(migrated=False)}),
    "stamp": ({"version_table": "v"}, {"schema_from": "stamp"}),
    "left-out": (
        {},
        {
            "schema_from": "create_all",
            "metadatas": [{**AUDIT, "left_out": [["tags", "of"], ["x", "a", "b"]]}],
        },
    ),
    "stand-ins": ({}, {"stand_ins": {"pgcrypto": "", "uuid-ossp": "CREATE FUNCTION uuid()…;\n"}}),
}


def test_every_form_is_clean(tmp_path: Path) -> None:
    for form, (alembic, database) in FORMS.items():
        (tmp_path / form).mkdir()
        for name, text in rendered(alembic, **database).items():
            (tmp_path / form / f"{name}.py").write_text(text, encoding="utf-8")
    for command in (
        ["format", "--diff", "-q"],
        ["check", "-q", "--select", "E,F,W,B,SIM,RUF", "--ignore", "E501"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", command[0], "--isolated", *command[1:], tmp_path],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_known_is_listed_and_what_fails_is_marked() -> None:
    text = rendered({}, differences=["add_table x"], refused_migrations={"test_down_and_up_again": "why"})
    assert 'KNOWN_DIFFERENCES: set[str] = {\n    "add_table x",\n}\n' in text["test_migrations"]
    mark = '@pytest.mark.xfail(strict=True, reason="why")\ndef test_down_and_up_again('
    assert mark in text["test_migrations"]


def test_tables_beside_those_of_the_migrations_are_created() -> None:
    text = rendered({}, metadatas=beside(migrated=False))
    assert "audit.create_all(connection)" in text["schema"]
    assert "audit" not in text["test_migrations"]
