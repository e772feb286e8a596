"""Puts the template of every release into the wheel, as one git bundle."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE = "generator/tcgen/_template"
NAMES = ("releases.bundle", "version")


class ReleasesHook(BuildHookInterface[Any]):
    """Makes the bundle from a checkout, and takes over that of a source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the bundle and the name of the template's own version to what is built.

        Args:
            version: ``editable`` for an install that reads the checkout itself.
            build_data: Where hatchling looks for more files.
        """
        if version == "editable":
            return
        self._scratch = tempfile.TemporaryDirectory(prefix="tcgen-build-")
        found = Path(self.root, PLACE)
        if not all((found / name).is_file() for name in NAMES):
            found = Path(self._scratch.name)
            self._write(found)
        inside = PLACE if self.target_name == "sdist" else PLACE.removeprefix("generator/")
        build_data["force_include"] |= {str(found / name): f"{inside}/{name}" for name in NAMES}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made."""
        if version != "editable":
            self._scratch.cleanup()

    def _write(self, folder: Path) -> None:
        sys.path.insert(0, str(Path(self.root, "generator")))
        try:
            from tcgen.template.releases import write_bundle
        finally:
            del sys.path[0]
        own = write_bundle(Path(self.root), self.metadata.version, folder / "releases.bundle")
        (folder / "version").write_text(f"{own}\n", encoding="utf-8")
