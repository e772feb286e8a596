"""The dependency group in pyproject.toml, with everything else left as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcgen.apply.pyproject import add_group
from tcgen.errors import TcgenError

WANTED = ["polyfactory>=3.5", "pytest>=8.2"]


def added(root: Path, text: str) -> str:
    (root / "pyproject.toml").write_bytes(text.encode())
    change = add_group(root, "integration", WANTED)
    assert change is not None
    return change.new.decode()


def test_comments_and_order_stay(tmp_path: Path) -> None:
    text = '# top\n[tool.b]  # b\nx = 1\n\n[project]\nname = "p" # name\n\n[tool.a]\ny = [ 1,2 ]\n'
    result = added(tmp_path, text)
    assert result.startswith(text)
    assert result.removeprefix(text).split() == [
        "[dependency-groups]",
        "integration",
        "=",
        "[",
        '"polyfactory>=3.5",',
        '"pytest>=8.2",',
        "]",
    ]


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    once = added(tmp_path, '[project]\nname = "p"\n')
    assert added(tmp_path, once) == once


def test_what_the_group_names_already_is_kept(tmp_path: Path) -> None:
    result = added(
        tmp_path, '[dependency-groups]\nintegration = ["PyTest==8.4 ; python_version>\'3\'"]\ndev = ["x"]\n'
    )
    assert "\"PyTest==8.4 ; python_version>'3'\"" in result
    assert '"pytest>=8.2"' not in result
    assert '"polyfactory>=3.5"' in result
    assert 'dev = ["x"]' in result


@pytest.mark.parametrize("text", ['[project]\nname = "p"', '[project]\r\nname = "p"\r\n', ""])
def test_odd_ends_of_lines(tmp_path: Path, text: str) -> None:
    result = added(tmp_path, text)
    assert result.startswith(text)
    assert added(tmp_path, result) == result


@pytest.mark.parametrize("text", ["dependency-groups = 1\n", '[dependency-groups]\nintegration = "x"\n'])
def test_a_group_of_another_form_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(TcgenError) as caught:
        added(tmp_path, text)
    assert caught.value.code == "bad-pyproject"
    assert "pyproject.toml" in caught.value.message


def test_no_file_no_change(tmp_path: Path) -> None:
    assert add_group(tmp_path, "integration", WANTED) is None
