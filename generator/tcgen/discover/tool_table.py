"""``[tool.tcgen]`` in pyproject.toml."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Annotated

import tomlkit
from pydantic import BeforeValidator, Field, ValidationError
from tomlkit.exceptions import ParseError

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
    if not parts or not all(re.fullmatch(r"[\w-][\w.-]*", part) for part in parts):
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
    if not path.is_file():
        return ToolTable()
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")).unwrap()
        settings = ToolTable.model_validate(document.get("tool", {}).get("tcgen", {}))
        for name, code in settings.providers.items():
            compile(code, name, "eval")
        if settings.dest is not None:
            check_dest(settings.dest, f"{path}: [tool.tcgen] dest =")
    except ParseError as error:
        raise TcgenError("bad-pyproject", f"{path}: {error}", hint="mend the file and run again") from error
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise TcgenError(
            "bad-setting",
            f"{path}: [tool.tcgen] {place}: {error.errors()[0]['msg']}",
            hint=f"known settings: {', '.join(ToolTable.model_fields)}",
        ) from error
    except SyntaxError as error:
        raise TcgenError(
            "bad-provider",
            f"{path}: [tool.tcgen.providers] {error.filename!r} is not a Python expression: {error.msg}",
            hint='write the right-hand side, such as "Use(fake.email)"',
        ) from error
    return settings
