"""Which distributions a project declares, wherever it declares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from posixpath import normpath
from typing import Any

import yaml

from tcgen.discover.manifest import NOT_TOML, NOT_YAML, Manifest, parse_document, table, texts
from tcgen.discover.project_files import ProjectFiles, join, parent

_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_EGG = re.compile(r"#egg=([A-Za-z0-9._-]+)")
_INCLUDE = re.compile(r"(?:-r|--requirement)[\s=]+(\S+)")

_BROUGHT_BY_EXTRA = {
    ("sqlalchemy", "asyncio"): "greenlet",
    ("sqlalchemy", "postgresql"): "psycopg2",
    ("sqlalchemy", "postgresql-psycopg2binary"): "psycopg2-binary",
    ("sqlalchemy", "postgresql-psycopg"): "psycopg",
    ("sqlalchemy", "postgresql-psycopgbinary"): "psycopg",
    ("sqlalchemy", "postgresql-asyncpg"): "asyncpg",
    ("sqlalchemy", "postgresql-pg8000"): "pg8000",
    ("sqlalchemy", "mysql"): "mysqlclient",
    ("sqlalchemy", "pymysql"): "pymysql",
    ("sqlalchemy", "mysql-connector"): "mysql-connector-python",
    ("sqlalchemy", "mariadb-connector"): "mariadb",
    ("sqlalchemy", "aiomysql"): "aiomysql",
    ("sqlalchemy", "asyncmy"): "asyncmy",
}
"""Drivers that are only ever named as an extra of SQLAlchemy."""


def normalised(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_dependencies(
    tree: ProjectFiles, manifests: list[Manifest], *, skip_group: str | None = None
) -> tuple[str, ...]:
    """Normalised names of all declared dependencies, sorted; extras, groups and dev tools included.

    ``skip_group`` names the dependency group tcgen wrote: a plan must not come from an earlier plan.
    """
    found: set[str] = set()
    for manifest in manifests:
        for requirement in _of_manifest(manifest, skip_group):
            found.update(_names(requirement))
        for path in _requirement_files(tree, manifest.folder):
            for requirement in _lines(tree, path, set()):
                found.update(_names(requirement))
        found.update(_of_pipfile(tree.text(join(manifest.folder, "Pipfile"))))
        for name in ("environment.yml", "environment.yaml"):
            found.update(_of_conda(tree.text(join(manifest.folder, name))))
    return tuple(sorted(found))


def read_runtime_dependencies(tree: ProjectFiles, manifests: list[Manifest]) -> tuple[str, ...]:
    """Normalised names of what comes with the project itself, sorted: no extra, no group, no tool."""
    found: set[str] = set()
    for manifest in manifests:
        for requirement in (
            *_runtime(manifest),
            *_lines(tree, join(manifest.folder, "requirements.txt"), set()),
        ):
            found.update(_names(requirement))
        found.update(_of_pipfile(tree.text(join(manifest.folder, "Pipfile")), ("packages",)))
    return tuple(sorted(found))


def _names(requirement: str) -> Iterator[str]:
    match = _NAME.match(requirement.strip())
    if match is None:
        return
    name = normalised(match[1])
    yield name
    for extra in (match[2] or "").split(","):
        brought = _BROUGHT_BY_EXTRA.get((name, normalised(extra.strip())))
        if brought:
            yield brought


def _runtime(manifest: Manifest) -> Iterator[str]:
    yield from texts(manifest.table("project").get("dependencies"))
    declared = table(manifest.table("tool", "poetry"), "dependencies")
    # the optional ones are installed with an extra that names them
    yield from _poetry(
        {name: one for name, one in declared.items() if not table(declared, name).get("optional")}
    )
    yield from texts(manifest.cfg("options", "install_requires"))
    yield from texts(manifest.setup_py.get("install_requires"))


def _of_manifest(manifest: Manifest, skip_group: str | None) -> Iterator[str]:
    yield from _runtime(manifest)
    extras = table(manifest.table("project"), "optional-dependencies")
    for group in (*extras.values(), *_groups(manifest, skip_group)):
        yield from texts(group)
    poetry = manifest.table("tool", "poetry")
    yield from _poetry(table(poetry, "dependencies"))
    yield from _poetry(table(poetry, "dev-dependencies"))
    for group in table(poetry, "group").values():
        if isinstance(group, dict):
            yield from _poetry(table(group, "dependencies"))
    yield from texts(manifest.cfg("options", "tests_require"))
    if manifest.setup_cfg.has_section("options.extras_require"):
        for _, value in manifest.setup_cfg.items("options.extras_require"):
            yield from texts(value)
    yield from texts(manifest.setup_py.get("tests_require"))
    for extra in table(manifest.setup_py, "extras_require").values():
        yield from texts(extra)


def _groups(manifest: Manifest, skip_group: str | None) -> Iterator[object]:
    for name, requirements in manifest.table("dependency-groups").items():
        if name != skip_group:
            yield requirements
    yield from manifest.table("tool", "pdm", "dev-dependencies").values()
    yield manifest.table("tool", "uv").get("dev-dependencies")
    for environment in manifest.table("tool", "hatch", "envs").values():
        if isinstance(environment, dict):
            yield environment.get("dependencies")
            yield environment.get("extra-dependencies")


def _poetry(dependencies: dict[str, Any]) -> Iterator[str]:
    for name, wanted in dependencies.items():
        if name != "python":
            extras = texts(wanted.get("extras")) if isinstance(wanted, dict) else []
            yield f"{name}[{','.join(extras)}]" if extras else name


def _requirement_files(tree: ProjectFiles, folder: str) -> Iterator[str]:
    here = tree.folder(folder)
    for name in here.files if here else ():
        if fnmatch(name, "*requirements*.txt") or fnmatch(name, "*requirements*.in"):
            yield join(folder, name)
    below = join(folder, "requirements")
    inside = tree.folder(below)
    for name in inside.files if inside else ():
        if name.endswith((".txt", ".in")):
            yield join(below, name)


def _lines(tree: ProjectFiles, path: str, seen: set[str]) -> Iterator[str]:
    if path in seen:
        return
    seen.add(path)
    for raw in tree.text(path).splitlines():
        line = raw.strip()
        if include := _INCLUDE.match(line):
            yield from _lines(tree, normpath(join(parent(path), include[1])), seen)
        elif egg := _EGG.search(line):
            yield egg[1]
        elif line and not line.startswith(("#", "-")) and "://" not in line.split("@")[0]:
            yield line


def _of_pipfile(text: str, sections: tuple[str, ...] | None = None) -> Iterator[str]:
    try:
        data = parse_document(text.encode()).unwrap()
    except NOT_TOML:
        return
    for name, section in data.items():
        wanted = name in sections if sections else name not in ("requires", "scripts", "pipenv")
        if isinstance(section, dict) and wanted:
            yield from map(normalised, section)


def _of_conda(text: str) -> Iterator[str]:
    try:
        data = yaml.safe_load(text)
    except NOT_YAML:
        return
    wanted = data.get("dependencies") if isinstance(data, dict) else None
    for item in wanted if isinstance(wanted, list) else ():
        if isinstance(item, str):
            yield from _names(item.rpartition("::")[2])
        elif isinstance(item, dict):
            for requirement in texts(item.get("pip")):
                yield from _names(requirement)
