"""What a suite needs to know of the application, put together; nothing of it is called."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..common import Notes, place
from ..models.find_model_files import Source, sources
from ..models.loading import Loader, first_line
from ..models.metadata import modules_under
from . import applications, queues, sessions

if TYPE_CHECKING:
    from tcgen.introspect.protocol import ApplicationAnswer, ProbeRequest

_SESSIONS = re.compile(r"\b((async_)?(sessionmaker|scoped_session)|create_(async_)?engine)(\[[^\]\n]*\])?\(")
_BEGINNINGS = frozenset(["app", "application", "asgi", "main", "run", "server", "wsgi"])


def application(request: ProbeRequest, notes: Notes) -> ApplicationAnswer:
    """Import the modules that make sessions, applications and queues, and describe what they hold."""
    root = request["root"]
    roots = [root, *(str(Path(root, r).resolve()) for r in request["source_roots"])]
    loader = Loader(root, request["environment_names"], notes)
    kinds = request["applications"]
    packages = [*request["packages"], *_alone(roots, request["packages"])]
    files = list(sources(packages, roots))
    makers = [one for one in files if applications.may_make(one.text, kinds)]
    for module in request["setup_modules"]:
        loader.load(module)
    loader.load_all(one.module for one in files if one in makers or _is_of_use(one))
    broken = {failure.module: failure for failure in loader.failures}
    names = modules_under({package.split(".")[0] for package in packages})
    # where something is made comes before where it is imported
    made = {one.module for one in files if _is_of_use(one)}
    names.sort(key=lambda name: name not in made)
    held = [(name, dict(vars(sys.modules[name]))) for name in names if not _is_test(name)]
    named = applications.named(request["app"], loader, kinds) if request["app"] else []
    found = named + applications.found(held, [one for one in makers if one.module in sys.modules], kinds)
    for one in makers:
        if one.module in broken:
            error = broken[one.module].error
            loader.note_missing(error)
            where = place(error, root)
            notes.add(
                "warning",
                "application-not-imported",
                f"{one.module}: the application cannot be imported: {type(error).__name__}: {first_line(error)}"
                + (f" ({where})" if where else ""),
                "The suite has no client for it; what it needs may be set in .env, or installed.",
            )
    return {
        "applications": found,
        "sessions": sessions.factories(held),
        "engines": sessions.engines(held),
        "queues": queues.found(held),
    }


def _alone(roots: list[str], packages: list[str]) -> list[str]:
    """Modules beside the packages, which applications often begin in: ``main.py``, ``app.py``."""
    found = {path.stem for root in roots for path in Path(root).glob("*.py")} - {*packages}
    return sorted(name for name in found if name in _BEGINNINGS)


def _is_of_use(source: Source) -> bool:
    return _SESSIONS.search(source.text) is not None or queues.HINT.search(source.text) is not None


def _is_test(module: str) -> bool:
    parts = module.split(".")
    return bool({"tests", "test", "testing", "conftest"} & {*parts})
