"""Imports the project's modules one by one, times them, and keeps what went wrong."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from ..common import Live, Notes, ProbeError, explain, place, short_path, words_of
from ..no_database import NEVER
from . import leftovers, missing_settings
from .vitals import Vitals


class Failure(NamedTuple):
    """A module of the project that could not be imported."""

    module: str
    error: BaseException


class Loader:
    """Imports on behalf of one request.

    Args:
        root: The project's root, to tell its frames from others.
        names: Environment variables the project mentions.
        notes: Where missing settings go.
    """

    def __init__(self, root: str, names: list[str], notes: Notes) -> None:
        self.root = root
        self.names = names
        self.notes = notes
        self.failures: list[Failure] = []
        self.late: list[str] = []
        """Modules that can be imported once others are there."""
        self.seconds = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count what happens inside as time the project's own code takes, and see that it has broken nothing."""
        vitals = Vitals()
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - start
            broken = vitals.broken()
        if broken:
            raise ProbeError(
                "import-failed",
                f"{self._file()}: importing it {broken}: no test could be collected after that",
                "Let a function do that, or leave the module out: --models MODULE names those to import.",
            )

    def _file(self) -> str:
        """The file of what was run last, or its name."""
        module = sys.modules.get(self.notes.now)
        return short_path(str(getattr(module, "__file__", None) or self.notes.now), self.root)

    def load(self, module: str) -> Live:
        """Import a module; SystemExit of a script without a guard counts as a failure like any other."""
        before = leftovers.Before()
        self.notes.begin(module)
        with self.timed():
            try:
                return importlib.import_module(module)
            except BaseException as error:
                before.restore(error)
                self.failures.append(Failure(module, error))
                return None

    def load_all(self, modules: Iterable[str]) -> None:
        """Import many; those that fail are tried again at the end, when a circle may have been closed."""
        before = len(self.failures)
        for module in modules:
            self.load(module)
        failed = self.failures[before:]
        del self.failures[before:]
        for failure in failed:
            if self.load(failure.module) is not None:
                self.late.append(failure.module)
            else:
                # the second error may be of the first's making
                self.failures[-1] = failure

    def note_missing(self, error: BaseException) -> None:
        """Remember the settings an error asks for."""
        for item in missing_settings.missing(error, self.names):
            if item not in self.notes.missing:
                self.notes.missing.append(item)

    def report(self) -> None:
        """Turn failures into warnings: others worked."""
        for failure in self.failures:
            self.note_missing(failure.error)
            where = place(failure.error, self.root)
            self.notes.add(
                "warning",
                "module-not-imported",
                f"{failure.module} was left out: importing it raised "
                f"{type(failure.error).__name__}: {first_line(failure.error)}"
                + (f" ({where})" if where else ""),
                CONNECTS
                if NEVER in words_of(failure.error)
                else "Models in it get no factory; name the modules to use with --models MODULE.",
            )

    def failed(self, failure: Failure) -> ProbeError:
        """The error to give up with."""
        self.note_missing(failure.error)
        return import_failed(failure.module, failure.error, self.root, self.notes)


CONNECTS = (
    "It connects to a database while it is imported: let a function do that, or import it in a module of your own,"
    " which may connect, and name that with --models MODULE."
)


def import_failed(what: str, error: BaseException, root: str, notes: Notes) -> ProbeError:
    """``import-failed`` with the project's own frame, and the settings that would help."""
    hint = "Import it yourself in the project's interpreter to see the whole traceback."
    names = [item["name"] for item in notes.missing]
    if names:
        hint = f"Set {', '.join(names)}: put a value in .env or export it, then run tcgen again."
    elif isinstance(error, ModuleNotFoundError):
        hint = (
            "Install what is missing in the project's environment, or pass --python PATH of one that has it."
        )
    elif NEVER in words_of(error):
        hint = CONNECTS
    where = place(error, root)
    message = f"{where or what}: {what} cannot be imported: {type(error).__name__}: {first_line(error)}"
    return ProbeError("import-failed", message, hint, explain(error, root))


def first_line(error: BaseException) -> str:
    """The beginning of an error's message."""
    lines = words_of(error).strip().splitlines() or [""]
    return lines[0][:300]


def submodules(package: str) -> list[str]:
    """Names of all modules below a package, the package first."""
    spec = None
    with suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(package)
    locations = list(spec.submodule_search_locations or []) if spec else []
    found = pkgutil.walk_packages(locations, package + ".", onerror=lambda _: None)
    return [package, *(m.name for m in found if not m.name.endswith(".__main__"))]
