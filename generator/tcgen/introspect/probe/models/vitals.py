"""Notices when an import has broken the interpreter for all that is imported after it."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import sysconfig
from collections.abc import Callable

from ..common import Live

MODULES = (
    "builtins",
    "sys",
    "os",
    "io",
    "re",
    "json",
    "types",
    "typing",
    "importlib",
    "inspect",
    "sqlalchemy",
)
"""Those that no test run can do without."""


class Vitals:
    """What an interpreter cannot do without, as it was before an import."""

    def __init__(self) -> None:
        self.modules = {name: sys.modules[name] for name in MODULES if name in sys.modules}
        self.path = list(sys.path)
        self.finders = list(sys.meta_path)
        self.functions = {name: one for name, one in vars(builtins).items() if callable(one)}
        self.import_module = importlib.import_module

    def broken(self) -> str:
        """Return what is broken, in words that follow the module's name; "" where nothing is.

        What is broken is mended, so that there can be an answer at all.
        """
        checks: list[tuple[str, Callable[[], bool], Callable[[], None]]] = [
            (
                "takes modules out of sys.modules that everything needs",
                self._has_modules,
                lambda: sys.modules.update(self.modules),
            ),
            ("leaves no finder in sys.meta_path", self._has_finders, self._put_finders),
            ("takes the standard library off sys.path", self._has_path, self._put_path),
            ("breaks importlib.import_module", lambda: callable(importlib.import_module), self._put_import),
            (
                "breaks functions of builtins",
                self._has_functions,
                self._put_functions,
            ),
        ]
        # the functions first: all that follows calls them
        found = ""
        for what, is_sound, mend in reversed(checks):
            if not _tried(is_sound):
                mend()
                found = what
        return found

    def _has_modules(self) -> bool:
        return all(sys.modules.get(name) is not None for name in self.modules)

    def _has_functions(self) -> bool:
        for name, function in self.functions.items():
            present: Live = vars(builtins).get(name)
            if present is not function and not hasattr(present, "__call__"):  # noqa: B004  # callable may be gone
                return False
        return True

    def _put_functions(self) -> None:
        for name, function in self.functions.items():
            setattr(builtins, name, function)

    def _has_finders(self) -> bool:
        return bool(sys.meta_path)

    def _put_finders(self) -> None:
        sys.meta_path[:] = self.finders

    def _has_path(self) -> bool:
        needed = {os.path.dirname(os.__file__), sysconfig.get_path("purelib")} & set(self.path)  # noqa: PTH120
        path: Live = sys.path
        return isinstance(path, list) and needed <= {one for one in path if isinstance(one, str)}

    def _put_path(self) -> None:
        sys.path = self.path

    def _put_import(self) -> None:
        importlib.import_module = self.import_module


def _tried(is_sound: Callable[[], bool]) -> bool:
    try:
        return is_sound()
    except Exception:
        return False
