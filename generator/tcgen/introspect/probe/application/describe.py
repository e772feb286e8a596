"""What a suite needs to know of the application, put together; nothing of it is called."""

from __future__ import annotations

import re
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..common import Live, Notes, place
from ..models.find_model_files import Source, sources
from ..models.loading import Loader, first_line
from ..models.metadata import modules_under
from . import applications, commands, libraries, sessions

if TYPE_CHECKING:
    from tcgen.introspect.protocol import ApplicationAnswer, ProbeRequest

_SESSIONS = r"\b((async_)?(sessionmaker|scoped_session)|create_(async_)?engine)(\[[^\]\n]*\])?\("
_BEGINNINGS = frozenset(["app", "application", "asgi", "main", "run", "server", "wsgi"])


def application(request: ProbeRequest, notes: Notes) -> ApplicationAnswer:
    """Import the modules that make what is looked for, and describe what they hold."""
    root = request["root"]
    roots = [root, *(str(Path(root, r).resolve()) for r in request["source_roots"])]
    loader = Loader(root, request["environment_names"], notes)
    kinds = request["applications"]
    packages = [*request["packages"], *_alone(roots, request["packages"])]
    files = list(sources(packages, roots))
    makers = applications.makers(files, kinds)
    for module in request["setup_modules"]:
        loader.load(module)
    kinds_of = {"queues": request["queues"], "commands": request["commands"]}
    making = {
        what: _making(files, [kind["text"] for kind in known.values()]) for what, known in kinds_of.items()
    }
    making["sessions"] = _making(files, [_SESSIONS])
    wanted = {*chain(*making.values()), *(one.module for one in makers)}
    loader.load_all([*(one.module for one in files if one.module in wanted), *request["named"]])
    broken = {failure.module: failure for failure in loader.failures}
    names = modules_under({package.split(".")[0] for package in packages})
    names = [*(name for name in request["named"] if name in sys.modules and name not in names), *names]
    held = [(name, dict(vars(sys.modules[name]))) for name in names if not _is_test(name)]

    def made_first(what: str) -> list[tuple[str, dict[str, Live]]]:
        """Where something is made comes before where it is imported."""
        return sorted(held, key=lambda item: item[0] not in making[what])

    frameworks = {dotted.split(".")[0] for dotted in kinds.values()}
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
    opening = made_first("sessions")
    return {
        "applications": found,
        "sessions": sessions.factories(opening),
        "engines": sessions.engines(opening),
        "queues": [fact for _, fact in libraries.objects(made_first("queues"), request["queues"])],
        "commands": commands.found(made_first("commands"), request["commands"], frameworks),
    }


def _making(files: list[Source], texts: list[str]) -> list[str]:
    """Modules whose text one of the regular expressions is found in."""
    return [one.module for one in files if any(re.search(text, one.text) for text in texts)]


def _alone(roots: list[str], packages: list[str]) -> list[str]:
    """Modules beside the packages, which applications often begin in: ``main.py``, ``app.py``."""
    found = {path.stem for root in roots for path in Path(root).glob("*.py")} - {*packages}
    return sorted(name for name in found if name in _BEGINNINGS)


def _is_test(module: str) -> bool:
    parts = module.split(".")
    return bool({"tests", "test", "testing", "conftest"} & {*parts})
