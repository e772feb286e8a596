"""Where a project's own code lies and under which names it is imported."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from posixpath import normpath

from tcgen.discover.dependencies import read_dependencies
from tcgen.discover.manifest import Manifest, read_manifest, table, texts
from tcgen.discover.project_files import Folder, ProjectFiles, is_test, is_test_module, join
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import GROUP

_ASIDE = frozenset({"tests", "test", "docs", "doc", "examples", "example", "samples", "benchmarks"})
_PLAIN_FOLDERS = frozenset(
    {"scripts", "tools", "bin", "ci", "deploy", "docker", "notebooks", "static", "templates", "infra", "ops"}
)
_TOOL_MODULES = frozenset(
    {"setup", "conftest", "noxfile", "fabfile", "tasks", "versioneer", "manage", "hatch_build", "build"}
)
_ORM = re.compile(r"^\s*(?:from|import)\s+(?:flask_)?sql(?:alchemy|model)\b", re.MULTILINE)


@dataclass(frozen=True)
class Layout:
    """The importable code of a project.

    Attributes:
        source_roots: Folders for ``sys.path``, relative to the project root; "." is the root.
        packages: Import names, the one the distribution is named after first.
        manifests: The declarations that matter: the root's, and those of the folder the code is in.
    """

    source_roots: tuple[str, ...]
    packages: tuple[str, ...]
    manifests: tuple[Manifest, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class _Declared:
    """A source root with the package named there, or with the patterns its packages must match."""

    root: str
    name: str | None = None
    include: tuple[str, ...] = ()


def find_layout(tree: ProjectFiles, manifest: Manifest, pythonpath: tuple[str, ...]) -> Layout:
    """Find the source roots and top-level packages, in the root or in its only subproject.

    Args:
        tree: The project's files.
        manifest: What the root declares.
        pythonpath: Folders that pytest's own configuration puts on ``sys.path``.
    """
    roots, packages = _layout_of(tree, manifest, pythonpath)
    if packages:
        return Layout(roots, packages, (manifest,))
    below = _subprojects(tree)
    if len(below) == 1:
        inner = read_manifest(tree.root, below[0])
        roots, packages = _layout_of(tree, inner, ())
        return Layout(roots, packages, (manifest, inner), (_subproject_note(below[0]),))
    if below:
        return Layout(roots, (), (manifest,), (_several_note(below),))
    return Layout(roots, (), (manifest,), (_nothing_note(),))


def _layout_of(
    tree: ProjectFiles, manifest: Manifest, pythonpath: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    base = manifest.folder
    roots: dict[str, None] = {}
    found: dict[str, None] = {}
    for declared in _declarations(manifest):
        names = list(_declared_names(tree, declared))
        if names:
            roots[declared.root] = None
            found.update(dict.fromkeys(names))
    if not found:
        root = next((one for one in _conventional(tree, base) if _has_code(tree, one)), base or ".")
        required = read_dependencies(tree, [manifest], skip_group=GROUP)
        work = _working_folders(tree, root, {"sqlalchemy", *(name.replace("-", "_") for name in required)})
        names = [name for name in _scan(tree, root) if name not in {one.rpartition("/")[2] for one in work}]
        if names or not work:
            roots[root] = None
        roots.update(dict.fromkeys(work))
        found.update(dict.fromkeys([*names, *(name for folder in work for name in _scan(tree, folder))]))
    for folder in pythonpath:
        if tree.folder(folder) is not None and folder not in roots:
            roots[folder] = None
            if not found:
                found.update(dict.fromkeys(_scan(tree, folder)))
    return tuple(roots), _ordered(found, manifest.name)


def _ordered(names: dict[str, None], distribution: str) -> tuple[str, ...]:
    wanted = re.sub(r"[-.]+", "_", distribution).lower()
    return tuple(sorted(names, key=lambda name: (name.lower() != wanted, name)))


def _declarations(manifest: Manifest) -> Iterator[_Declared]:
    base = manifest.folder
    yield from _setuptools(manifest)
    hatch = manifest.table("tool", "hatch", "build")
    for path in texts(table(hatch, "targets", "wheel").get("packages")) or texts(hatch.get("packages")):
        yield _package_at(base, path)
    for include in manifest.table("tool", "poetry").get("packages") or ():
        if isinstance(include, dict) and isinstance(include.get("include"), str):
            first = include["include"].split("/")[0]
            yield _Declared(_below(base, str(include.get("from") or ".")), first)
    backend = manifest.table("tool", "uv", "build-backend")
    for name in texts(backend.get("module-name")):
        yield _Declared(_below(base, str(backend.get("module-root", "src"))), name.split(".")[0])
    pdm = manifest.table("tool", "pdm", "build").get("package-dir")
    if isinstance(pdm, str):
        yield _Declared(_below(base, pdm))
    flit = manifest.table("tool", "flit", "module").get("name")
    if isinstance(flit, str):
        yield _Declared(_below(base, "src"), flit)
        yield _Declared(base or ".", flit)


def _setuptools(manifest: Manifest) -> Iterator[_Declared]:
    base = manifest.folder
    settings = manifest.table("tool", "setuptools")
    find = table(settings, "packages", "find")
    include = tuple(texts(find.get("include")))
    mapping = {**table(manifest.setup_py, "package_dir"), **table(settings, "package-dir")}
    for line in texts(manifest.cfg("options", "package_dir")):
        name, _, folder = line.partition("=")
        mapping[name.strip()] = folder.strip()
    default = str(mapping.get("", "."))
    for where in texts(find.get("where")) or (["."] if include else []):
        yield _Declared(_below(base, where), include=include)
    for name in texts(settings.get("packages")) + texts(settings.get("py-modules")):
        yield _Declared(_below(base, default), name.split(".")[0])
    for name, folder in mapping.items():
        yield _package_at(base, str(folder)) if name else _Declared(_below(base, str(folder)))
    listed = re.split(r"[,\s]+", manifest.cfg("options.packages.find", "include"))
    patterns = tuple(pattern for pattern in listed if pattern)
    where = manifest.cfg("options.packages.find", "where") or default
    if patterns or where != ".":
        yield _Declared(_below(base, where), include=patterns)
    for name in texts(manifest.setup_py.get("packages")) + texts(manifest.setup_py.get("py_modules")):
        yield _Declared(_below(base, default), name.split(".")[0])
    if isinstance(called := manifest.setup_py.get("find_packages"), str) and called != ".":
        yield _Declared(_below(base, called))


def _below(base: str, folder: str) -> str:
    return normpath(join(base or ".", folder)) if folder not in ("", ".") else (base or ".")


def _package_at(base: str, path: str) -> _Declared:
    folder, _, name = normpath(path).rpartition("/")
    return _Declared(_below(base, folder), name)


def _declared_names(tree: ProjectFiles, declared: _Declared) -> Iterator[str]:
    folder = tree.folder(declared.root)
    if folder is None:
        return
    if declared.name is not None:
        if declared.name in folder.dirs or f"{declared.name}.py" in folder.files:
            yield declared.name
        return
    for name in _scan(tree, declared.root):
        patterns = {pattern.partition(".")[0] for pattern in declared.include}
        if not patterns or any(fnmatch(name, pattern) for pattern in patterns):
            yield name


def _conventional(tree: ProjectFiles, base: str) -> list[str]:
    src = join(base, "src")
    return [base or "."] if _imported_as_src(tree, src) else [src, base or "."]


def _imported_as_src(tree: ProjectFiles, src: str) -> bool:
    """Whether ``src`` is itself the package, as in ``from src.models import User``."""
    folder = tree.folder(src)
    if folder is None:
        return False
    if "__init__.py" in folder.files:
        return True
    used = re.compile(r"^\s*(?:from|import)\s+src\b", re.MULTILINE)
    inside = (path for path in tree.sizes if path.startswith(f"{src}/") and path.endswith(".py"))
    return any(used.search(tree.text(path)) for path in inside)


def _working_folders(tree: ProjectFiles, root: str, required: set[str]) -> list[str]:
    """Folders with models that the project is started in: their modules import each other without its name.

    What is `required` is imported from elsewhere, whatever the names of the modules there.
    """
    found: list[str] = []
    for path in _folders_in(tree, root):
        # one of a project's parts may hold it, beside those that are no Python
        inner = [] if _has_files(tree, path) else _folders_in(tree, path)
        found += [one for one in (path, *inner) if _is_working_folder(tree, one, required)]
    return found


def _folders_in(tree: ProjectFiles, root: str) -> list[str]:
    folder = tree.folder(root)
    names = folder.dirs if folder is not None else ()
    return [join(root, name) for name in names if name not in _ASIDE | _PLAIN_FOLDERS]


def _has_files(tree: ProjectFiles, path: str) -> bool:
    folder = tree.folder(path)
    return folder is not None and any(name.endswith(".py") for name in folder.files)


def _is_working_folder(tree: ProjectFiles, path: str, required: set[str]) -> bool:
    folder = tree.folder(path)
    if folder is None or _is_migrations(tree, path, folder) or not _has_code(tree, path):
        return False
    names = set(_names_in(folder))
    # on the path, it would hide what is meant
    if any(_is_module(tree, path, name) for name in names & required):
        return False
    below = "|".join(sorted(names - required))
    if not below:
        return False
    inner = re.compile(rf"^(?:from|import)\s+(?:{below})\b", re.MULTILINE)
    outer = re.compile(rf"^\s*(?:from|import)\s+{re.escape(path.rpartition('/')[2])}\b", re.MULTILINE)
    texts_of = {one: tree.text(one) for one in tree.sizes if one.endswith(".py")}
    inside = [text for one, text in texts_of.items() if one.startswith(f"{path}/")]
    return (
        any(_ORM.search(text) for text in inside)
        and any(inner.search(text) for text in inside)
        and not any(outer.search(text) for text in texts_of.values())
    )


def _is_module(tree: ProjectFiles, path: str, name: str) -> bool:
    """Tell a module or package from a folder that only holds something, which hides nothing."""
    here, inside = tree.folder(path), tree.folder(join(path, name))
    return (here is not None and f"{name}.py" in here.files) or (
        inside is not None and "__init__.py" in inside.files
    )


def _names_in(folder: Folder) -> list[str]:
    """Names that can be imported where a folder is on ``sys.path``, but for those of the standard library."""
    files = [name.removesuffix(".py") for name in folder.files if name.endswith(".py")]
    names = {*folder.dirs, *files} - sys.stdlib_module_names - _ASIDE
    return sorted(name for name in names if _importable(name) and not name.startswith("__"))


def _has_code(tree: ProjectFiles, root: str) -> bool:
    return next(_scan(tree, root), None) is not None


def _scan(tree: ProjectFiles, root: str) -> Iterator[str]:
    """Packages directly in a source root; its modules where there are no packages or they have models."""
    folder = tree.folder(root)
    if folder is None:
        return
    packages = [name for name in folder.dirs if _is_package(tree, root, name)]
    yield from packages
    for file in folder.files:
        name = file.removesuffix(".py")
        if name == file or not _is_own_module(name):
            continue
        if not packages or _ORM.search(tree.text(join(root, file))):
            yield name


def _is_own_module(name: str) -> bool:
    return _importable(name) and name not in _TOOL_MODULES and not name.startswith(("test_", "__"))


def _is_package(tree: ProjectFiles, root: str, name: str) -> bool:
    path = join(root, name)
    folder = tree.folder(path)
    if folder is None or not _importable(name) or name in _ASIDE or _is_migrations(tree, path, folder):
        return False
    if "__init__.py" in folder.files:
        return True
    if name in _PLAIN_FOLDERS:
        return False
    if any(file.endswith(".py") and not is_test_module(file) for file in folder.files):
        return True
    in_src = root.rpartition("/")[2] == "src" or name == "src"
    return in_src and any(
        "__init__.py" in inner.files
        for child in folder.dirs
        if (inner := tree.folder(join(path, child))) is not None
    )


def _is_migrations(tree: ProjectFiles, path: str, folder: Folder) -> bool:
    if "env.py" not in folder.files:
        return False
    if "versions" in folder.dirs or "script.py.mako" in folder.files:
        return True
    return "__init__.py" not in folder.files and "alembic" in tree.text(join(path, "env.py"))


def _importable(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _subprojects(tree: ProjectFiles) -> list[str]:
    found = []
    for name in tree.folders[""].dirs:
        files = tree.folders[name].files
        if not is_test(name) and name not in _ASIDE and {"pyproject.toml", "setup.py"} & set(files):
            found.append(name)
    return found


def _subproject_note(folder: str) -> Diagnostic:
    return Diagnostic(
        level="note",
        code="subproject",
        message=f"the root has no package of its own; the code is taken from {folder}/",
        hint=f"to put the suite there instead: tcgen init {folder}",
    )


def _several_note(folders: list[str]) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="several-subprojects",
        message=f"the root has no package of its own, but projects in {', '.join(folders)}",
        hint=f"run tcgen on one of them: tcgen init {folders[0]}",
    )


def _nothing_note() -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="no-package",
        message="no package or module was found in the root or in src/",
        hint="name the models yourself: --models MODULE",
    )
