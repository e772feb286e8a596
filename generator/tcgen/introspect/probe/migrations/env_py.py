"""Runs the project's env.py without a database and watches where its URL comes from."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import MagicMock

from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from .. import dialect, no_database
from ..column_types.type_facts import DIALECT
from ..common import NOT_PYTHON, Live, Notes, place, words_of
from ..models import leftovers
from .location import Location, make_config

if TYPE_CHECKING:
    from tcgen.introspect.protocol import AlembicRequest, EnvSettings

OPTION = "tcgen-option"
"""User, host and database of the URL offered as ``sqlalchemy.url``."""

COMPARED = ("compare_type", "compare_server_default")
FILTERS = ("include_object", "include_name", *COMPARED)
"""What ``context.configure`` may be given for autogenerate: whether to compare, or a function that decides."""

ASYNC_HINT = re.compile(r"async_engine_from_config|create_async_engine|AsyncEngine|asyncio\.run|run_sync")


def option_url(drivername: str) -> str:
    """The URL offered as ``sqlalchemy.url``."""
    if dialect.name() == "sqlite":
        return f"{drivername}:///{OPTION}"
    return f"{drivername}://{OPTION}:{OPTION}@{OPTION}:5999/{OPTION}"


def drivernames(text: str) -> list[str]:
    """Drivernames to try, those installed, the kind env.py looks like first."""
    wants_async = bool(ASYNC_HINT.search(text))
    known = dialect.DRIVERS[dialect.name()]
    installed = [(n, a) for module, n, a in known if importlib.util.find_spec(module) is not None]
    ordered = sorted(installed, key=lambda item: item[1] != wants_async)
    return list(dict.fromkeys(n for n, _ in ordered)) or [dialect.name()]


class Run:
    """What one run of env.py showed."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Live]] = []
        self.urls: list[Live] = []
        self.is_async = False
        self.error: BaseException | None = None
        self.metadatas: list[MetaData] = []

    @property
    def url(self) -> Live:
        """The URL of the engine that was connected, or the one given to ``configure``."""
        given = [c["url"] for c in self.calls if c.get("url") is not None]
        return (self.urls or given or [None])[-1]


def _record(environment: Live, outcome: Run) -> None:
    """Replace, on this one environment, everything that would need a connection.

    On the instance, since Alembic's module proxy knows instances of its own class only.
    """

    def configure(*args: Live, **kwargs: Live) -> None:
        names = ("connection", "url", "dialect_name", "dialect_opts")
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        outcome.calls.append({k: v for k, v in given.items() if v is not None})

    environment.configure = configure
    environment.begin_transaction = nullcontext
    environment.run_migrations = environment.execute = lambda *_, **__: None
    environment.get_context = MagicMock()
    environment.get_bind = lambda: no_database.stand_in(DIALECT)


def run(
    location: Location,
    drivername: str,
    notes: Notes,
    attributes: dict[str, Live] | None = None,
    offline: bool = False,
) -> Run:
    """Execute env.py once."""
    outcome = Run()
    notes.begin(str(Path(location.script, "env.py")))
    before = leftovers.Before()
    with ExitStack() as stack:
        seen = stack.enter_context(no_database.pretending())
        try:
            config = make_config(location, option_url(drivername), notes)
            config.attributes.update(attributes or {})
            script = ScriptDirectory.from_config(config)
            environment = EnvironmentContext(
                config, script, fn=lambda *_: [], as_sql=offline, starting_rev=None
            )
            _record(environment, outcome)
            stack.enter_context(environment)
            script.run_env()
        except BaseException as error:
            outcome.error = error
        outcome.urls, outcome.is_async = list(seen.urls), seen.is_async
    outcome.metadatas = list(_metadatas(outcome))
    if outcome.error is not None:
        before.restore(outcome.error)
    return outcome


def _metadatas(outcome: Run) -> Iterator[MetaData]:
    found: list[MetaData] = []
    for value in (*(c.get("target_metadata") for c in outcome.calls), *_in_frames(outcome.error)):
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(item, MetaData) and item not in found:
                found.append(item)
                yield item


def _in_frames(error: BaseException | None) -> Iterator[Live]:
    """``target_metadata`` of an env.py that broke off before it told Alembic."""
    for frame, _ in traceback.walk_tb(error.__traceback__ if error else None):
        if frame.f_code.co_filename.endswith("env.py"):
            yield frame.f_locals.get("target_metadata")
            yield frame.f_globals.get("target_metadata")


def attribute_names(text: str) -> list[str]:
    """Names under which env.py looks for a connection in ``config.attributes``."""
    found = re.findall(r"attributes\s*(?:\.\s*(?:get|setdefault|pop)\s*\(|\[)\s*[\"'](\w+)[\"']", text)
    likely = [n for n in found if re.search(r"conn|engine|bind", n, re.I)]
    if ".attributes" in text:
        likely.append("connection")
    return list(dict.fromkeys(likely))


class UrlSource:
    """How env.py takes its URL, as far as this process could tell.

    Attributes:
        via: ``attribute``, ``option``, ``other`` (a URL came from elsewhere) or ``direct``.
        reason: Why it is ``direct``.
        config: That of the env.py.
    """

    config: AlembicRequest

    def __init__(self, via: str, last: Run | None = None) -> None:
        self.via = via
        self.run = last
        self.attribute: str | None = None
        self.drivername = ""
        self.reason = ""
        self.metadatas: list[MetaData] = last.metadatas if last else []


def find_url_source(
    location: Location, root: str, notes: Notes, only: str = "", skip_attribute: bool = False
) -> UrlSource:
    """Offer env.py a connection, then URLs, and see what it takes.

    Args:
        location: The Alembic environment.
        root: The project's root.
        notes: For remarks.
        only: The one drivername to try; else all that are installed.
        skip_attribute: It is known not to take a connection.
    """
    text = location.env_text
    metadatas: list[MetaData] = []
    for name in [] if skip_attribute else attribute_names(text):
        url_source = _offer(location, name, notes)
        if url_source is not None:
            return url_source
    last: Run | None = None
    for drivername in [only] if only else drivernames(text):
        for offline in (False, True):
            outcome = run(location, drivername, notes, offline=offline)
            metadatas = metadatas or outcome.metadatas
            if outcome.url is not None and (not offline or _lacks_driver(last)):
                return _with(_through(outcome, drivername), metadatas)
            last = last if offline else outcome
    url_source = UrlSource("direct", last)
    url_source.reason = _why(last, root)
    return _with(url_source, metadatas)


def _with(url_source: UrlSource, metadatas: list[MetaData]) -> UrlSource:
    url_source.metadatas = url_source.metadatas or metadatas
    return url_source


def _offer(location: Location, name: str, notes: Notes) -> UrlSource | None:
    connection = no_database.stand_in(DIALECT)
    outcome = run(location, dialect.name(), notes, {name: connection})
    taken = [c for c in outcome.calls if c.get("connection") is connection]
    if not taken:
        return None
    url_source = UrlSource("attribute", outcome)
    url_source.attribute = name
    return url_source


def _through(outcome: Run, offered: str) -> UrlSource:
    url = as_url(outcome.url)
    if url is None:
        return UrlSource("other", outcome)
    url_source = UrlSource("option" if OPTION in (url.host, url.database) else "other", outcome)
    url_source.drivername = "" if url.drivername == offered else url.drivername
    return url_source


def as_url(url: Live) -> Live:
    """A URL object of a string or URL, or None."""
    from sqlalchemy.engine import make_url

    with suppress(Exception):
        return make_url(url)
    return None


def _lacks_driver(outcome: Run | None) -> bool:
    error = outcome.error if outcome else None
    return (
        isinstance(error, ImportError)
        or "async driver" in words_of(error)
        or "asyncio extension" in words_of(error)
    )


def _why(outcome: Run | None, root: str) -> str:
    if outcome is None or outcome.error is None:
        return "it makes no connection of its own"
    first = (str(outcome.error).strip().splitlines() or [""])[0]
    where = place(outcome.error, root)
    return f"{type(outcome.error).__name__}: {first[:200]}" + (f" ({where})" if where else "")


def settings_of(url_source: UrlSource, text: str) -> EnvSettings:
    """What env.py gives to ``context.configure`` that the suite has to know; by its text if it did not get there."""
    calls = url_source.run.calls if url_source.run else []
    call = calls[-1] if calls else _written(text)
    return {
        "version_table": str(call.get("version_table", "alembic_version")),
        "version_table_schema": call.get("version_table_schema"),
        "include_schemas": bool(call.get("include_schemas", False)),
        "compare": {name: call[name] for name in COMPARED if isinstance(call.get(name), bool)},
        "filters": {name: ref for name in FILTERS if (ref := _importable(call.get(name))) is not None},
        "operations": operations(text),
    }


def _importable(value: Live) -> dict[str, str] | None:
    """How to get at a function by an import; None for one that env.py itself makes."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    found = getattr(sys.modules.get(str(module)), str(name), None)
    return {"module": str(module), "qualname": str(name)} if callable(value) and found is value else None


def operations(text: str) -> list[str]:
    """Modules that an env.py imports because they add operations to Alembic's own, such as GeoAlchemy's."""
    found: list[str] = []
    for module in _imported(text):
        with suppress(Exception):
            spec = importlib.util.find_spec(module)
            if (
                spec is not None
                and spec.origin
                and "register_operation(" in Path(spec.origin).read_text("utf-8")
            ):
                found.append(module)
    return sorted(set(found))


def _imported(text: str) -> Iterator[str]:
    with suppress(*NOT_PYTHON):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _written(text: str) -> dict[str, Live]:
    found = dict(re.findall(r"\b(version_table(?:_schema)?)\s*=\s*[\"'](\w+)[\"']", text))
    return {**found, "include_schemas": re.search(r"include_schemas\s*=\s*True", text) is not None}
