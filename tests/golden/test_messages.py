"""Every code is said somewhere, listed once, and on the reference page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tcgen
from tcgen.catalog.messages_page import messages
from tcgen.errors import ERRORS
from tcgen.ir.diagnostics import REMARKS

PACKAGE = Path(tcgen.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
RAISED = ("TcgenError", "ProbeError")


def calls() -> Iterator[ast.Call]:
    for path in PACKAGE.rglob("*.py"):
        if "project" not in path.relative_to(PACKAGE).parts:
            yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def raised() -> set[str]:
    """The codes of errors in the source: literals alone, so that this test sees all."""
    found = {constant(call.args[0]) for call in calls() if name_of(call) in RAISED and call.args}
    return found - {""}


def remarked() -> dict[str, str]:
    """Code → level, of the remarks in the source: of ``Diagnostic`` and of the probe's notes."""
    found = {}
    for call in calls():
        given = {one.arg: constant(one.value) for one in call.keywords}
        if name_of(call) == "Diagnostic":
            found[given["code"]] = given["level"]
        elif (
            name_of(call) == "add"
            and len(call.args) > 2
            and constant(call.args[0]) in ("note", "warning", "error")
        ):
            found[constant(call.args[1])] = constant(call.args[0])
    return found


def test_every_error_is_listed_once() -> None:
    dead_ends = {code for code, level in remarked().items() if level == "error"}
    # the one for the probe that ended is data, since nothing can be raised there
    assert raised() | dead_ends == ERRORS.keys()
    assert list(ERRORS) == sorted(ERRORS)


def test_every_remark_is_listed_once() -> None:
    remarks = {code for code, level in remarked().items() if level != "error"}
    assert remarks == REMARKS.keys()
    assert list(REMARKS) == sorted(REMARKS)


def test_the_page(request: pytest.FixtureRequest) -> None:
    page = messages(ERRORS, REMARKS)
    if request.config.getoption("--regenerate"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
