"""What the user names with ``--models MODULE[:ATTR]``."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import MetaData

from .. import no_database
from ..common import Live, ProbeError
from . import find_model_files, mappers
from .loading import Loader, submodules
from .metadata import in_module, metadatas_of

HINT = (
    "Use --models MODULE:ATTR with the name of a Base class, a registry, a MetaData or a web framework's db."
)


class Targets:
    """The modules and attributes of one request.

    Args:
        texts: As given: ``pkg.mod``, ``pkg.mod:Base`` or ``pkg.*``.
        loader: Imports them.
        roots: Where the project's own modules lie.
    """

    def __init__(self, texts: list[str], loader: Loader, roots: list[str]) -> None:
        self.loader = loader
        self.pairs = [t.partition(":")[::2] for t in texts]
        self.tops = {module.split(".")[0] for module, _ in self.pairs}
        self.named: list[tuple[str, str, Live]] = []
        names = dict.fromkeys(module for module, _ in self.pairs)
        self.setup_modules = [name for name in names if _sets_up(name, roots)]
        self.holders = {module.split(".")[0] for module in names if module not in self.setup_modules}
        """Top-level packages of those that hold models."""
        self.given = bool(self.holders)

    def load(self) -> None:
        """Import all that is named; what sets something up may connect, as it does whenever it is imported.

        Raises:
            ProbeError: ``models-not-found`` or ``import-failed``.
        """
        for module in self.setup_modules:
            with no_database.lifted():
                self._import(module)
        for module, attribute in self.pairs:
            if module.endswith(".*"):
                self._import(module[:-2])
                self.loader.load_all(submodules(module[:-2])[1:])
                continue
            loaded = self._import(module)
            if attribute:
                self.named.append((module, attribute, _attribute(loaded, module, attribute)))

    def _import(self, module: str) -> Live:
        loaded = self.loader.load(module)
        if loaded is not None:
            return loaded
        failure = self.loader.failures[-1]
        missing = getattr(failure.error, "name", None)
        if (
            isinstance(failure.error, ModuleNotFoundError)
            and missing
            and f"{module}.".startswith(f"{missing}.")
        ):
            raise ProbeError("models-not-found", f"--models {module}: there is no module {missing}", HINT)
        raise self.loader.failed(failure)

    def metadatas(self, every: list[Live]) -> list[MetaData]:
        """The metadatas of the named attributes; without any, those the named modules lead to."""
        found: list[MetaData] = []
        for _, _, value in self.named:
            found += [m for m in metadatas_of(value) if m not in found]
        if self.named:
            return found
        for module, _ in self.pairs:
            prefix = module[:-2] if module.endswith(".*") else module
            inside = [
                n
                for n in sorted(sys.modules)
                if n == module or (module != prefix and f"{n}.".startswith(prefix))
            ]
            held = [m for name in inside for m in in_module(sys.modules[name])]
            found += [m for m in dict.fromkeys(held or _mapped_in(prefix, every)) if m not in found]
        return found

    def reference(self, metadata: MetaData) -> dict[str, str] | None:
        """The user's own name for a metadata."""
        for module, attribute, value in self.named:
            if value is metadata:
                return {"module": module, "qualname": attribute}
            if getattr(value, "metadata", None) is metadata:
                return {"module": module, "qualname": attribute + ".metadata"}
        return None


def _sets_up(module: str, roots: list[str]) -> bool:
    """Whether a module is the project's and defines no models: it is named for what importing it does."""
    # looked up by path: to find a submodule, importlib would import its package
    places = [Path(root, *module.split(".")).with_suffix(".py") for root in roots]
    origin = next((place for place in places if place.is_file()), None)
    return origin is not None and not find_model_files.HINT.search(origin.read_text("utf-8", "replace"))


def _attribute(loaded: Live, module: str, attribute: str) -> Live:
    value = loaded
    for part in attribute.split("."):
        value = getattr(value, part, None)
    if value is None:
        names = [n for n, v in vars(loaded).items() if not n.startswith("_") and metadatas_of(v)]
        raise ProbeError(
            "models-not-found",
            f"--models {module}:{attribute}: {module} has no {attribute}",
            f"It has {', '.join(sorted(names)[:8])}." if names else HINT,
        )
    if not metadatas_of(value):
        raise ProbeError(
            "models-not-found", f"--models {module}:{attribute}: it leads to no SQLAlchemy metadata", HINT
        )
    return value


def _mapped_in(prefix: str, every: list[Live]) -> list[MetaData]:
    found: list[MetaData] = []
    for mapper in every:
        if f"{mapper.class_.__module__}.".startswith(prefix + "."):
            found += [t.metadata for t in mappers.tables_of(mapper) if t.metadata not in found]
    return found
