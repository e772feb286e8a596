"""Reads what the last run recorded, and says so where it cannot be gone on from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

from tcgen import __version__
from tcgen.errors import TcgenError
from tcgen.ir.base import Frozen
from tcgen.ir.plan import ANSWERS, SuitePlan


class Recorded(Frozen):
    """What the answers file says.

    Attributes:
        text: The file.
        plan: Of the last run, a line for the suite and one a service or a model.
        version: The template's, as ``Template.version``.
        url: The template's.
    """

    text: str
    plan: str
    version: str
    url: str

    def rows(self) -> list[dict[str, Any]]:
        """Return the lines of the plan, that of the suite first."""
        return rows(self.plan)


def rows(plan: str) -> list[dict[str, Any]]:
    """Return the lines of a plan as they are recorded, that of the suite first."""
    return [json.loads(line) for line in plan.splitlines()]


def read_recorded(root: Path) -> Recorded:
    """Return what the last run recorded.

    Raises:
        TcgenError: There is nothing, it is damaged, or a newer tcgen wrote it.
    """
    place = root / ANSWERS
    if not place.is_file():
        raise TcgenError("no-suite", f"{root} has no {ANSWERS}", hint="tcgen init writes a suite")
    return parse_recorded(place.read_text(encoding="utf-8", errors="replace"))


def recorded_plan(root: Path) -> str | None:
    """Return the plan in the answers file, as it was recorded; None where there is none.

    Raises:
        TcgenError: The file is damaged, or a newer tcgen wrote it.
    """
    return read_recorded(root).plan if (root / ANSWERS).is_file() else None


def parse_recorded(text: str) -> Recorded:
    """Return the content of an answers file.

    Raises:
        TcgenError: It is damaged, or a newer tcgen wrote it.
    """
    if "\n<<<<<<<" in text:
        raise TcgenError(
            "conflict-in-answers",
            f"{ANSWERS} has conflict markers: two branches changed the models",
            hint=f"git checkout --ours {ANSWERS} takes one side; then tcgen update, which sees all models anew",
        )
    try:
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        recorded = Recorded(
            text=text, plan=found["plan"], version=found["_commit"], url=found.get("_src_path", "")
        )
        _check_version(recorded.version)
        _check_plan(recorded.rows())
    except (yaml.YAMLError, TypeError, KeyError, AttributeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TcgenError(
            "bad-answers",
            f"{ANSWERS} is damaged: {reason}",
            hint=f"git checkout HEAD -- {ANSWERS} brings back the last one",
        ) from error
    return recorded


def is_newer(version: str, than: str) -> bool:
    """Tell whether one recorded version of a template comes after another."""
    try:
        return _release(version) > _release(than)
    except InvalidVersion:  # a commit's id, from a template without tags
        return False


def _check_version(version: str) -> None:
    if is_newer(version, __version__):
        raise TcgenError(
            "newer-answers",
            f"{ANSWERS} was written with version {version} of the template; this is tcgen {__version__}",
            hint="upgrade tcgen: uv tool upgrade tcgen, or pipx upgrade tcgen",
        )


def _check_plan(recorded: list[dict[str, Any]]) -> None:
    known = SuitePlan.model_fields["format"].default
    if recorded[0]["format"] > known:
        raise TcgenError(
            "newer-answers",
            f"{ANSWERS} was written by a newer tcgen than {__version__}",
            hint="upgrade tcgen: uv tool upgrade tcgen, or pipx upgrade tcgen",
        )


def _release(version: str) -> Version:
    return Version(Version(version).base_version)
