"""The maps in docs/architecture.md and CONTRIBUTING.md name every room there is, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "generator" / "tcgen"
OUTSIDE = ("templates", "tests", "docs")
MAPS = {"docs/architecture.md": "# The way through the code", "CONTRIBUTING.md": "## The map"}


def rows(page: str) -> list[str]:
    """Return the rows of the tables in a page's part with the map."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    _, _, part = text.partition(f"{MAPS[page]}\n")
    part = re.split(r"^## ", part, maxsplit=1, flags=re.MULTILINE)[0]
    return [line for line in part.splitlines() if line.startswith("| ")]


def named(page: str) -> set[str]:
    """Return the paths in the map: folders end in a slash, files have an ending."""
    found = re.findall(r"`([\w./-]+)`", "\n".join(rows(page)))
    return {path for path in found if path.endswith("/") or ("/" in path and "." in path)}


def rooms() -> set[str]:
    """Return the packages of tcgen, without what the sample project has."""
    packages = {place.parent.relative_to(PACKAGE).as_posix() for place in PACKAGE.rglob("__init__.py")}
    return {f"{name}/" for name in packages if name != "." and not name.startswith("sample/")}


@pytest.mark.parametrize("page", MAPS)
def test_what_the_map_names_exists(page: str) -> None:
    assert named(page)
    for path in named(page):
        place = (REPOSITORY if path.startswith(OUTSIDE) else PACKAGE) / path
        assert place.is_dir() if path.endswith("/") else place.is_file(), path


@pytest.mark.parametrize("page", MAPS)
def test_the_map_names_each_room(page: str) -> None:
    assert rooms() - named(page) == set()


def test_the_contract_goes_down_the_list_of_the_map() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r'containers = \["tcgen"\].*?^layers = \[(.*?)^\]', text, re.DOTALL | re.MULTILINE)
    assert layers
    contract = [set(re.findall(r"\w+", line)) for line in re.findall(r'"(.*)"', layers[1])]
    place = {name: level for level, names in enumerate(contract) for name in names}
    listed = [row.split("`")[1].split("/")[0] for row in rows("CONTRIBUTING.md") if row.startswith("| `")]
    levels = [place[name] for name in listed if name not in OUTSIDE]
    assert levels == sorted(levels)
