"""The project's pytest settings, and the folder its tests are in."""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import normpath
from typing import Any, Literal

from tcgen.discover.manifest import Manifest, read_ini, read_toml, table, texts
from tcgen.discover.project_files import ProjectFiles, is_test_module
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import PytestConfig


@dataclass(frozen=True)
class PytestSettings:
    """What was found: the contract's part, and the folders pytest adds to ``sys.path``."""

    config: PytestConfig
    pythonpath: tuple[str, ...] = ()


def read_pytest(tree: ProjectFiles, manifest: Manifest, diagnostics: list[Diagnostic]) -> PytestSettings:
    """Read the file pytest would read, in pytest's own order."""
    for file, options in _sources(tree, manifest, diagnostics):
        words = _words(options.get("addopts"))
        mode = options.get("asyncio_mode")
        asyncio_mode: Literal["strict", "auto"] = "auto" if mode == "auto" else "strict"
        config = PytestConfig(
            file=file,
            testpaths=tuple(_folders(options.get("testpaths"))),
            plugins=tuple(_plugins(words)),
            measures_coverage=any(word.partition("=")[0] == "--cov" for word in words),
            asyncio_mode=asyncio_mode,
        )
        return PytestSettings(config, tuple(_folders(options.get("pythonpath"))))
    return PytestSettings(PytestConfig())


def find_tests(
    tree: ProjectFiles, testpaths: tuple[str, ...], bases: tuple[str, ...], code: tuple[str, ...]
) -> tuple[str | None, bool]:
    """The folder of the tests, relative to the root, and whether it has a conftest.py.

    Args:
        tree: The project's files.
        testpaths: From pytest's settings.
        bases: Folders to look in besides: the root, and that of the only subproject.
        code: Folders of the project's packages, which doctests make some people name in testpaths.
    """
    usual = [normpath(f"{base or '.'}/{name}") for base in bases for name in ("tests", "test")]
    named = [path for path in testpaths if path.rpartition("/")[2].startswith("test")]
    others = [path for path in testpaths if not _is_within(path, code) or _holds_tests(tree, path)]
    for folder in (*named, *usual, *others):
        inside = tree.folder(folder)
        if inside is not None and folder != ".":
            return folder, "conftest.py" in inside.files
    return None, False


def _is_within(path: str, folders: tuple[str, ...]) -> bool:
    return any(f"{path}/".startswith(f"{folder}/") for folder in folders)


def _holds_tests(tree: ProjectFiles, path: str) -> bool:
    folder = tree.folder(path)
    return folder is not None and any(is_test_module(name) for name in folder.files)


def _sources(
    tree: ProjectFiles, manifest: Manifest, diagnostics: list[Diagnostic]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("pytest.toml", ".pytest.toml"):
        if tree.has(name):
            yield name, table(read_toml(tree.root / name), "pytest")
    for name in ("pytest.ini", ".pytest.ini"):
        if tree.has(name):
            yield name, _section(read_ini(tree.root / name, diagnostics), "pytest")
    options = manifest.table("tool", "pytest", "ini_options") or {
        key: value for key, value in manifest.table("tool", "pytest").items() if key != "ini_options"
    }
    if options:
        yield "pyproject.toml", options
    if tree.has("tox.ini"):
        tox = read_ini(tree.root / "tox.ini", diagnostics)
        if tox.has_section("pytest"):
            yield "tox.ini", _section(tox, "pytest")
    if manifest.setup_cfg.has_section("tool:pytest"):
        yield "setup.cfg", _section(manifest.setup_cfg, "tool:pytest")


def _section(parser: configparser.RawConfigParser, name: str) -> dict[str, Any]:
    return dict(parser.items(name)) if parser.has_section(name) else {}


def _folders(value: object) -> Iterator[str]:
    listed = value.split() if isinstance(value, str) else texts(value)
    for folder in listed:
        yield normpath(folder.replace("\\", "/"))


def _words(addopts: object) -> list[str]:
    try:
        return shlex.split(addopts) if isinstance(addopts, str) else list(texts(addopts))
    except ValueError:
        return []


def _plugins(words: list[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        if word == "-p" and index + 1 < len(words):
            name = words[index + 1]
        elif word.startswith("-p") and not word.startswith("--"):
            name = word[2:].lstrip("=")
        else:
            continue
        if name and not name.startswith("no:"):
            yield name
