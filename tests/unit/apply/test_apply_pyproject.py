"""The requirements go into pyproject.toml, and nothing else in it changes by a byte."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tcgen.apply.pyproject import add_group, add_providers
from tcgen.errors import TcgenError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WANTED = ("faker>=30", "pytest>=8.2", "testcontainers>=4.15")

PROJECT = """\
# the shop
[project]
name    =   'shop'          # odd spacing
dependencies = ["sqlalchemy", # why
    "alembic" ]


[tool.zeta]
b = 1
[tool.alpha]
a = {x = 1,  y = 2}
"""


def added(root: Path, text: str | bytes) -> bytes:
    (root / "pyproject.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    change = add_group(root, "integration", WANTED)
    assert change is not None
    return change.new


def group(content: bytes) -> list[object]:
    return list(tomllib.loads(content.decode())["dependency-groups"]["integration"])


def test_everything_else_stays_byte_for_byte(tmp_path: Path) -> None:
    new = added(tmp_path, PROJECT)
    assert new.startswith(PROJECT.encode())
    assert group(new) == list(WANTED)


@pytest.mark.parametrize("line", ["\n", "\r\n"])
@pytest.mark.parametrize("end", [True, False], ids=["newline", "no-newline"])
def test_line_ends_are_the_files_own(tmp_path: Path, line: str, end: bool) -> None:
    text = PROJECT.replace("\n", line)
    new = added(tmp_path, text if end else text.rstrip("\r\n"))
    assert new.startswith(text.rstrip("\r\n").encode())
    assert group(new) == list(WANTED)
    if line == "\r\n":
        assert new.count(b"\n") == new.count(b"\r\n")


def test_an_existing_group_keeps_its_own_and_its_comments(tmp_path: Path) -> None:
    text = """\
[dependency-groups]
dev = ["ruff"]
integration = [
    "PyTest==8.0",  # pinned: see the wiki
    {include-group = "dev"},
]
"""
    new = added(tmp_path, text)
    assert group(new) == ["PyTest==8.0", {"include-group": "dev"}, "faker>=30", "testcontainers>=4.15"]
    assert b"# pinned: see the wiki\n" in new
    assert new.startswith(text.encode().partition(b"]\nintegration")[0])


def test_other_groups_stay_and_later_tables_too(tmp_path: Path) -> None:
    text = '[dependency-groups]\ndev = ["ruff"]  # mine\n\n[tool.x]\ny = 1\n'
    new = added(tmp_path, text)
    assert tomllib.loads(new.decode())["tool"] == {"x": {"y": 1}}
    assert b'dev = ["ruff"]  # mine\n' in new
    assert group(new) == list(WANTED)


def test_twice_is_once(tmp_path: Path) -> None:
    new = added(tmp_path, PROJECT)
    (tmp_path / "pyproject.toml").write_bytes(new)
    again = add_group(tmp_path, "integration", WANTED)
    assert again is not None
    assert (again.kind, again.new) == ("unchanged", new)


def test_names_are_compared_as_registries_do(tmp_path: Path) -> None:
    text = '[dependency-groups]\nintegration = ["Faker[x]>=9", "PYTEST", "testcontainers ~= 4.0"]\n'
    assert added(tmp_path, text) == text.encode()


def test_without_a_pyproject_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert add_group(tmp_path, "integration", WANTED) is None


@pytest.mark.parametrize(
    "text",
    [
        "dependency-groups = 3\n",
        '[dependency-groups]\nintegration = "faker"\n',
        "[dependency-groups.integration]\n",
    ],
)
def test_a_group_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TcgenError) as error:
        added(tmp_path, text)
    assert error.value.code == "bad-pyproject"
    assert "pyproject.toml" in error.value.message
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "before",
    [
        "",
        "[project]\nname = 'x'  # mine\n",
        "[tool.tcgen]\ndest = 'checks'  # here\n\n[tool.ruff]\nline-length = 99\n",
        "[tool.tcgen.providers]\n# mine\n'a.B.c' = 'kept'\n\n[tool.ruff]\nline-length = 99\n",
    ],
)
def test_providers_are_added_and_the_users_stay(tmp_path: Path, before: str, ending: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(before.replace("\n", ending).encode())
    code = 'Use(lambda: f"{next(serial)}")'
    change = add_providers(tmp_path, {"a.B.c": "new", "a.B.d": code})
    assert change.kind == "update"
    text = change.new.decode()
    found = tomllib.loads(text)["tool"]["tcgen"]["providers"]
    assert found == {"a.B.c": "kept" if "kept" in before else "new", "a.B.d": code}
    assert set(before.splitlines()) <= set(text.splitlines())
    assert not before or text.count("\n") == text.count(ending)
    path.write_bytes(change.new)
    assert add_providers(tmp_path, {"a.B.d": "other"}).kind == "unchanged"


def test_a_pyproject_is_made_for_providers(tmp_path: Path) -> None:
    change = add_providers(tmp_path, {"a.B.c": "1"})
    assert (change.kind, change.new) == ("create", b'[tool.tcgen.providers]\n"a.B.c" = "1"\n')
