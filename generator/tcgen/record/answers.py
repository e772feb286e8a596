"""Reads what the last run recorded, once, and says so where it cannot be gone on from."""

from __future__ import annotations

from pathlib import Path

import yaml
from packaging.version import InvalidVersion, Version

from tcgen import __version__, files
from tcgen.errors import TcgenError
from tcgen.ir.base import Frozen
from tcgen.ir.plan import ANSWERS, SuitePlan
from tcgen.record.lines import RecordedPlan, check_places, format_of, read_lines


class Record(Frozen):
    """What the answers file says.

    Attributes:
        text: The plan of the last run, letter by letter: what the last render was made from.
        plan: The same, read.
        version: The template's, as ``Template.version``.
        url: The template's.
    """

    text: str
    plan: RecordedPlan
    version: str
    url: str


def read_record(root: Path) -> Record:
    """Return what the last run recorded.

    Raises:
        TcgenError: There is nothing, it is damaged, or a newer tcgen wrote it.
    """
    found = find_record(root)
    if found is None:
        raise TcgenError(
            "no-suite", f"{root} has no suite of tcgen's: {ANSWERS} is missing", hint="tcgen init writes one"
        )
    return found


def find_record(root: Path) -> Record | None:
    """Return what the last run recorded; None before the first.

    Raises:
        TcgenError: The file is damaged, or a newer tcgen wrote it.
    """
    place = root / ANSWERS
    if not place.is_file():
        return None
    try:
        return parse_record(files.text(place))
    except OSError as error:
        raise _damaged(error.strerror or str(error)) from error


def parse_record(text: str) -> Record:
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
        _check_version(found["_commit"])
        _check_format(format_of(found["plan"]))
        check_places(found["plan"])
        return Record(
            text=found["plan"],
            plan=read_lines(found["plan"]),
            version=found["_commit"],
            url=found.get("_src_path", ""),
        )
    except (yaml.YAMLError, TypeError, LookupError, AttributeError, ValueError, ArithmeticError) as error:
        raise _damaged(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    except RecursionError as error:
        raise _damaged("it is nested too deep") from error


def _damaged(reason: str) -> TcgenError:
    return TcgenError(
        "bad-answers",
        f"{ANSWERS} is damaged: {reason}",
        hint=f"git checkout HEAD -- {ANSWERS} brings back the last one",
    )


def is_newer(version: str, than: str) -> bool:
    """Tell whether one recorded version of a template comes after another."""
    try:
        return _release(version) > _release(than)
    except InvalidVersion:  # a commit's id, from a template without tags
        return False


def _check_version(version: str) -> None:
    if is_newer(version, __version__):
        raise _newer(f"version {version} of the template; this is tcgen {__version__}", "with")


def _check_format(recorded: int) -> None:
    if recorded > SuitePlan.model_fields["format"].default:
        raise _newer(f"a newer tcgen than {__version__}", "by")


def _newer(than: str, preposition: str) -> TcgenError:
    return TcgenError(
        "newer-answers",
        f"{ANSWERS} was written {preposition} {than}",
        hint="upgrade tcgen: uv tool upgrade tcgen, or pipx upgrade tcgen",
    )


def _release(version: str) -> Version:
    return Version(Version(version).base_version)
