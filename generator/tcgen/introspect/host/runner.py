"""The parent: runs the probe in the project's interpreter and makes a ``Schema`` of its answer."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from tcgen.errors import TcgenError
from tcgen.introspect.host import url_source
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import AlembicConfig, Project
from tcgen.ir.schema import Schema

PROBE = Path(__file__).parents[1] / "probe" / "entry.py"
ROUNDS = 6
"""How often the import is tried again with more settings; each may only show the next one missing."""

SECRET = base64.urlsafe_b64encode(b"tcgen-makes-tests-not-secrets-32").decode()
VALUES = {
    "int": "1",
    "bool": "false",
    "list": "[]",
    "dict": "{}",
    "path": "tests",
    "url": "http://localhost",
    "email": "test@example.com",
}
Answer = dict[str, Any]


def inspect_project(
    project: Project,
    *,
    models: Sequence[str] = (),
    alembic_config: str | None = None,
    timeout: float = 300,
) -> Schema:
    """Ask the project's interpreter about its models and migrations; no database is touched.

    Args:
        project: What discover found.
        models: ``MODULE``, ``MODULE:ATTR`` or ``PACKAGE.*``, instead of guessing.
        alembic_config: Path of an ini file or of the folder of env.py (relative to the root or absolute),
            or ``package:dir``; instead of the first that discover found.
        timeout: Seconds each run of the project's code may take.

    Returns:
        The schema, with what was guessed or left out as diagnostics.

    Raises:
        TcgenError: ``python-not-found``, ``probe-timeout``, ``probe-crashed``, ``sqlalchemy-missing``,
            ``sqlalchemy-too-old``, ``import-failed``, ``no-models``, ``models-not-found``,
            ``ambiguous-metadata``, ``metadata-not-importable`` or ``alembic-not-found``.
    """
    request = _request(project, models, alembic_config)
    answer, settings = _ask_with_settings(project, request, timeout)
    if "error" in answer:
        error = answer["error"]
        raise TcgenError(
            error["code"], error["message"], hint=error.get("hint", ""), detail=error.get("detail", "")
        )
    facts = answer["schema"]
    facts["import_env"] = settings
    facts["own_driver"] = url_source.own_driver(project)
    facts["diagnostics"] += _remarks(project, settings, alembic_config)
    if facts["alembic"] is not None:
        url_source.settle(project, request, answer, settings, lambda r, e: ask(project, r, e, timeout))
    facts["import_seconds"] = round(facts["import_seconds"], 3)
    return Schema.model_validate(facts)


def _ask_with_settings(project: Project, request: Answer, timeout: float) -> tuple[Answer, dict[str, str]]:
    """Ask, and ask again with harmless values for what the project says it misses.

    Returns:
        The best answer, and the settings it took.
    """
    settings: dict[str, str] = {}
    first = answer = ask(project, request, settings, timeout)
    for _ in range(ROUNDS):
        fresh = _values(project, answer.get("missing", []), settings)
        if not fresh:
            break
        settings.update(fresh)
        answer = ask(project, request, settings, timeout)
    own = {k: v for k, v in project.env_defaults.items() if k not in os.environ}
    if own and "error" in answer and (settings or answer["missing"]):
        second = ask(project, request, {**settings, **own}, timeout)
        if "error" not in second:
            return second, {**settings, **own}
    return (answer, settings) if _is_better(answer, first) else (first, {})


def _is_better(answer: Answer, first: Answer) -> bool:
    """Whether settings that were made up were worth it: an answer at all, or more of the project."""
    if "error" in answer or "error" in first:
        return "error" in first
    return _losses(answer) < _losses(first)


def _losses(answer: Answer) -> int:
    left_out = [d for d in answer["schema"]["diagnostics"] if d["code"] == "module-not-imported"]
    return len(left_out) + int(answer["url_source"].get("via") == "direct")


def _request(project: Project, models: Sequence[str], alembic_config: str | None) -> Answer:
    return {
        "mode": "models",
        "root": str(Path(project.root).resolve()),
        "name": project.name,
        "distributions": list(project.dependencies),
        "source_roots": list(project.source_roots),
        "packages": list(project.packages),
        "models": list(models),
        "alembic": _alembic(project, alembic_config),
        "environment_names": sorted({*project.environment_names, *project.env_defaults}),
    }


def _alembic(project: Project, given: str | None) -> Answer | None:
    root = Path(project.root).resolve()
    if given is None:
        return _configured(project.alembic[0], root) if project.alembic else None
    known = [c for c in project.alembic if given in (c.ini, c.script_location)]
    if known:
        return _configured(known[0], root)
    path = root / given
    if path.is_dir():
        return {"ini": None, "script_location": str(path)}
    if path.is_file():
        return {"ini": str(path), "script_location": None}
    if ":" in given:
        return {"ini": None, "script_location": given}
    raise TcgenError(
        "alembic-not-found",
        f"{given}: there is no such file or folder",
        hint="Name the ini file, or the folder of env.py, with --alembic-config PATH.",
    )


def _configured(config: AlembicConfig, root: Path) -> Answer:
    return {
        "ini": None if config.ini is None else str(root / config.ini),
        "script_location": config.script_location,
        "flask_migrate": config.flask_migrate,
    }


def _values(project: Project, missing: list[dict[str, str]], settings: Mapping[str, str]) -> dict[str, str]:
    """Harmless values for settings that are missing; what the project's examples say where that is safe."""
    fresh = {}
    for item in missing:
        name = item["name"]
        if name not in settings and name not in os.environ:
            fresh[name] = _value(project, name, item)
    return fresh


def _value(project: Project, name: str, item: dict[str, str]) -> str:
    words = set(name.upper().split("_"))
    if words & {"SECRET", "KEY", "TOKEN", "PASSWORD", "PASS", "CREDENTIALS"}:
        return SECRET
    if url_source.is_database_url(name) or item["kind"] == "database":
        drivername = url_source.own_drivername(project, name) or url_source.default_drivername(project)
        return f"{drivername}://test:test@localhost:5432/test"
    if name in project.env_defaults and "@" not in project.env_defaults[name]:
        return project.env_defaults[name]
    if item["kind"] == "choice":
        return item["value"]
    if words & {"URL", "URI"}:
        return VALUES["url"]
    if "PORT" in words:
        return "5432"
    return VALUES.get(item["kind"], "test")


def _remarks(
    project: Project, settings: Mapping[str, str], alembic_config: str | None
) -> list[dict[str, str]]:
    found = []
    if settings:
        found.append(
            Diagnostic(
                level="note",
                code="settings-made-up",
                message=f"The project cannot be imported without {', '.join(sorted(settings))}; "
                "harmless values were set.",
                hint="Put values of your own in .env or export them.",
            )
        )
    if alembic_config is None and len(project.alembic) > 1:
        names = [c.ini or c.script_location for c in project.alembic]
        found.append(
            Diagnostic(
                level="note",
                code="several-alembic-configs",
                message=f"Of several Alembic configs ({', '.join(names)}) the first is used.",
                hint=f"Choose with --alembic-config {names[1]}",
            )
        )
    return [d.model_dump() for d in found]


def ask(project: Project, request: Answer, settings: Mapping[str, str], timeout: float) -> Answer:
    """Run the probe once.

    Args:
        project: Gives the interpreter and the working folder.
        request: What to find out.
        settings: Environment variables to add; those that are set already win.
        timeout: Seconds.

    Raises:
        TcgenError: ``python-not-found``, ``probe-timeout`` or ``probe-crashed``.
    """
    forced = request.get("environment", {})
    environment = {
        **settings,
        **os.environ,
        **forced,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    environment.pop("PYTHONSAFEPATH", None)
    with tempfile.TemporaryFile() as reply, tempfile.TemporaryFile() as output:
        status = _run(project, json.dumps(request).encode(), environment, reply, output, timeout)
        reply.seek(0)
        data = reply.read()
        try:
            answer: Answer = json.loads(data)
        except ValueError:
            raise _crashed(project, status, _tail(output)) from None
        if answer.get("error", {}).get("code") == "probe-crashed":
            raise _crashed(project, status, answer["error"]["message"])
    return answer


def _run(
    project: Project,
    request: bytes,
    environment: Mapping[str, str],
    reply: IO[bytes],
    output: IO[bytes],
    timeout: float,
) -> int:
    try:
        child = subprocess.Popen(
            [project.python, str(PROBE), str(reply.fileno())],
            cwd=project.root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[reply.fileno()],
            start_new_session=True,
        )
    except OSError as error:
        raise TcgenError(
            "python-not-found",
            f"{project.python} cannot be run: {error.strerror or error}",
            hint="Pass --python PATH of the interpreter that has the project's dependencies.",
        ) from error
    try:
        child.communicate(request, timeout=timeout)
    except subprocess.TimeoutExpired:
        _kill(child)
        raise TcgenError(
            "probe-timeout",
            f"Importing the models of {project.name} took longer than {timeout:g} seconds",
            hint="Name a module that imports the models alone, with --models MODULE.",
            detail=_tail(output),
        ) from None
    finally:
        _kill(child)
    return child.returncode


def _kill(child: subprocess.Popen[bytes]) -> None:
    # The whole group: what the project started on import must not outlive the inspection.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _tail(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read()[-4000:].decode("utf-8", "replace").strip()


def _crashed(project: Project, status: int, detail: str) -> TcgenError:
    return TcgenError(
        "probe-crashed",
        f"{project.python} ended with status {status} before it could describe the models",
        hint="The interpreter needs Python 3.8 or newer; --models MODULE narrows down what is imported.",
        detail=detail,
    )
