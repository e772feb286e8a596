"""The files a project declares itself with: pyproject.toml, setup.cfg and setup.py."""

from __future__ import annotations

import ast
import configparser
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
import yaml
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError

from tcgen import files
from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import Diagnostic

NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What comes of a text that is no Python: one that is nested too deep is a MemoryError in some versions."""

NOT_YAML = (yaml.YAMLError, ValueError, OverflowError, RecursionError)
"""What comes of a text that is no YAML, or has a 31st of February in it."""


@dataclass(frozen=True)
class Manifest:
    """The declarations of one folder.

    Attributes:
        folder: The folder, relative to the project root; "" is the root.
        pyproject: The parsed pyproject.toml, empty when there is none.
        setup_cfg: The parsed setup.cfg, empty when there is none.
        setup_py: Literal keyword arguments of ``setup()``; ``find_packages`` holds its folder.
        exists: Whether any of the three files exists.
    """

    folder: str
    pyproject: dict[str, Any]
    setup_cfg: configparser.RawConfigParser
    setup_py: dict[str, Any]
    exists: bool
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def table(self, *keys: str) -> dict[str, Any]:
        """A table of pyproject.toml; empty when it is missing or is no table."""
        return table(self.pyproject, *keys)

    def cfg(self, section: str, option: str) -> str:
        """An option of setup.cfg, "" when it is missing."""
        return self.setup_cfg.get(section, option, fallback="").strip()

    @property
    def name(self) -> str:
        """The declared name of the distribution, or ""."""
        return first_text(
            self.table("project").get("name"),
            self.table("tool", "poetry").get("name"),
            self.cfg("metadata", "name"),
            self.setup_py.get("name"),
        )

    @property
    def requires_python(self) -> str:
        """The declared Python versions as a PEP 440 specifier, or ""."""
        return first_text(
            self.table("project").get("requires-python"),
            _pep440(self.table("tool", "poetry", "dependencies").get("python")),
            self.cfg("options", "python_requires"),
            self.setup_py.get("python_requires"),
        )


def read_manifest(root: Path, folder: str = "") -> Manifest:
    """Read the declarations of ``root / folder``.

    Raises:
        TcgenError: ``bad-pyproject`` when pyproject.toml is not valid TOML.
    """
    base = root / folder
    diagnostics: list[Diagnostic] = []
    names = ("pyproject.toml", "setup.cfg", "setup.py")
    return Manifest(
        folder=folder,
        pyproject=read_toml(base / "pyproject.toml"),
        setup_cfg=read_ini(base / "setup.cfg", diagnostics),
        setup_py=_read_setup_py(base / "setup.py", diagnostics),
        exists=any((base / name).is_file() for name in names),
        diagnostics=diagnostics,
    )


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file; empty when it does not exist.

    Raises:
        TcgenError: ``bad-pyproject`` when it can't be parsed.
    """
    document = read_document(path)
    return {} if document is None else dict(document.unwrap())


def read_document(path: Path) -> TOMLDocument | None:
    """Parse a TOML file, its comments and order kept; None when it does not exist.

    Raises:
        TcgenError: ``bad-pyproject`` when it can't be read or parsed.
    """
    try:
        return parse_document(files.content(path))
    except FileNotFoundError:
        return None
    except (OSError, *NOT_TOML) as error:
        reason = error.strerror if isinstance(error, OSError) else f"not valid TOML: {described(error)}"
        raise TcgenError(
            "bad-pyproject",
            f"{path.name}: {reason}",
            hint=f"correct {path} and run the same command again",
        ) from error


NOT_TOML = (TOMLKitError, ValueError, TypeError, KeyError, IndexError, RecursionError)
"""What comes of a text that is no TOML: the parser has errors of its own for most of it."""


def parse_document(content: bytes) -> TOMLDocument:
    """Parse TOML; raises one of ``NOT_TOML``."""
    return tomlkit.parse(content.decode("utf-8-sig"))


def described(error: Exception) -> str:
    """Return what is wrong with a text that a parser has refused."""
    return (
        "it is nested too deep" if isinstance(error, RecursionError) else str(error) or type(error).__name__
    )


def read_ini(path: Path, diagnostics: list[Diagnostic]) -> configparser.RawConfigParser:
    """Parse an ini file without interpolation; what can't be parsed is reported and left out."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(files.text(path, "utf-8-sig"))
    except OSError:
        pass
    except (configparser.Error, ValueError) as error:
        message = f"{path.name} could not be read: {str(error).splitlines()[0]}"
        diagnostics.append(Diagnostic(level="warning", code="bad-ini", message=message))
    return parser


def table(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The table at ``keys``; empty when it is missing or is no table."""
    for key in keys:
        found = data.get(key)
        if not isinstance(found, dict):
            return {}
        data = found
    return data


def texts(value: object) -> list[str]:
    """The strings of a list, of one string's lines, or nothing."""
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    if isinstance(value, (list, tuple, set)):
        return [item for item in value if isinstance(item, str)]
    return []


def first_text(*values: object) -> str:
    """The first of the values that is a non-empty string, or ""."""
    return next((value for value in values if isinstance(value, str) and value), "")


def _pep440(poetry: object) -> str:
    """Poetry's ``^3.10`` and ``~3.10`` in the form every other tool reads."""
    if not isinstance(poetry, str):
        return ""
    match = re.fullmatch(r"([\^~])\s*(\d+)(?:\.(\d+))?(\.\d+)*", poetry.strip())
    if match is None:
        return "" if poetry.strip() == "*" else poetry
    lower = poetry.strip().lstrip("^~").strip()
    major, minor = int(match[2]), match[3]
    upper = f"{major}.{int(minor) + 1}" if match[1] == "~" and minor is not None else f"{major + 1}"
    return f">={lower},<{upper}"


def _read_setup_py(path: Path, diagnostics: list[Diagnostic]) -> dict[str, Any]:
    try:
        module = ast.parse(files.content(path))
        constants = _constants(module)
    except OSError:
        return {}
    except (*NOT_PYTHON, TypeError) as error:
        message = f"{path.name} could not be read: {described(error)}"
        diagnostics.append(Diagnostic(level="warning", code="bad-setup-py", message=message))
        return {}
    found: dict[str, Any] = {}
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        if _called(node) == "setup":
            for keyword in node.keywords:
                if keyword.arg and (value := _literal(keyword.value, constants)) is not None:
                    found[keyword.arg] = value
        elif _called(node) in ("find_packages", "find_namespace_packages"):
            where = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "where")]
            found["find_packages"] = _literal(where[0], constants) if where else "."
    return found


def _called(node: ast.Call) -> str:
    target = node.func
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


def _constants(module: ast.Module) -> dict[str, Any]:
    constants: dict[str, Any] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = _literal(node.value, constants)
            if value is not None:
                constants[node.targets[0].id] = value
    return constants


def _literal(node: ast.expr, constants: dict[str, Any]) -> Any:  # noqa: ANN401
    """The value of a literal or of a name bound to one; members that are neither are left out."""
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.List | ast.Tuple):
        values = [_literal(item, constants) for item in node.elts]
        return [value for value in values if value is not None]
    if isinstance(node, ast.Dict):
        pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        return {
            name: value
            for key, item in pairs
            if isinstance(name := _literal(key, constants), str)
            and (value := _literal(item, constants)) is not None
        }
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left, constants), _literal(node.right, constants)
        return left + right if isinstance(left, list) and isinstance(right, list) else left or right
    try:
        return ast.literal_eval(node)
    except (*NOT_PYTHON, TypeError):
        return None
