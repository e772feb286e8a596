"""``[tool.tcgen]`` in pyproject.toml."""

from __future__ import annotations

import ast
import re
from pathlib import Path, PurePath
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, ValidationError

from tcgen.discover.manifest import NOT_PYTHON, described, read_toml
from tcgen.errors import TcgenError
from tcgen.ir.base import Frozen
from tcgen.ir.limits import MOST_SHARDS
from tcgen.ir.pipeline import CiDatabase


def check_dest(dest: str, origin: str) -> None:
    """Make sure that a destination is a folder inside the project that CI files can name as it is.

    Raises:
        TcgenError: It is not; ``origin`` says who named it.
    """
    parts = PurePath(dest).parts
    # what begins with a dash is an option of pytest
    if not parts or not all(re.fullmatch(r"\w[\w.-]{,99}", part) for part in parts):
        raise TcgenError(
            "bad-dest",
            f"{origin} {dest}: not the plain name of a folder inside the project",
            hint="give one such as tests/integration",
        )


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One name, or a list of them."""


class ToolTable(Frozen):
    """What a project can overrule for good.

    Attributes:
        dest: Folder of the suite.
        app: The web application, ``module:name``; ``none`` for none.
        sessions: Session factories that the suite's sessions are opened by, ``module:name``; ``none`` for none.
        queue: What runs the tasks, ``module:name``; ``none`` for none.
        command: The command line, ``module:name``; ``none`` for none.
        fixtures: Our name of a fixture → the project's.
        reuse: The suite keeps its migrated database from one run to the next, as ``$TEST_REUSE`` says otherwise.
        ci_docker, ci_database, shards: As the flags of ``tcgen init``.
        routes_left_out: Paths that the test of all GET routes does not ask for.
        providers: ``"module.Class.attribute" = "expression"``: the value a factory gives.
    """

    dest: str | None = None
    app: str = ""
    sessions: Names = ()
    queue: str = ""
    command: str = ""
    fixtures: dict[str, str] = {}
    reuse: bool = False
    ci_docker: str = ""
    ci_database: CiDatabase | None = None
    shards: int | None = Field(default=None, ge=1, le=MOST_SHARDS)
    routes_left_out: tuple[str, ...] = ()
    providers: dict[str, str] = {}


def load_tool_table(root: Path) -> ToolTable:
    """Read the table; unknown keys are errors.

    Raises:
        TcgenError: The file is no TOML, or the table holds something tcgen does not know.
    """
    path = root / "pyproject.toml"
    try:
        settings = ToolTable.model_validate(_own_table(path))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise TcgenError(
            "bad-setting",
            f"{path}: [tool.tcgen] {place}: {error.errors()[0]['msg']}",
            hint=f"known settings: {', '.join(ToolTable.model_fields)}",
        ) from error
    for name, code in settings.providers.items():
        _check_provider(path, name, code)
    if settings.dest is not None:
        check_dest(settings.dest, f"{path}: [tool.tcgen] dest =")
    return settings


def _own_table(path: Path) -> object:
    tools: Any = read_toml(path).get("tool", {})
    if not isinstance(tools, dict):
        raise TcgenError("bad-pyproject", f"{path}: tool is not a table", hint="mend the file and run again")
    return cast("dict[str, object]", tools).get("tcgen", {})


def _check_provider(path: Path, name: str, code: str) -> None:
    """Make sure that a provider is an expression, and no more than that where it is put."""
    try:
        ast.parse(f"({code}\n)", mode="eval")
        tree = ast.parse(code.strip(), mode="eval")
        # deeper than what Python takes where all of it stands in a class body
        compile(tree, name, "eval")
        ast.unparse(tree)
        if any(isinstance(one, ast.Yield | ast.YieldFrom | ast.Await) for one in ast.walk(tree)):
            raise SyntaxError("a value is not awaited or yielded")
    except NOT_PYTHON as error:
        reason = error.msg if isinstance(error, SyntaxError) else described(error)
        raise TcgenError(
            "bad-provider",
            f"{path}: [tool.tcgen.providers] {name!r} is not a Python expression: {reason}",
            hint='write the right-hand side, such as "Use(fake.email)"',
        ) from error
