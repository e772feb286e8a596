"""Which environment variables a project asks for, and the harmless values its examples give them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tcgen.discover.manifest import NOT_PYTHON
from tcgen.discover.project_files import ProjectFiles, is_aside, join

_REAL = (".env", ".env.local", ".env.dev", ".env.development", ".env.test", ".env.testing", ".env.tests")
_EXAMPLES = tuple(
    name
    for word in ("example", "sample", "template", "dist")
    for name in (f".env.{word}", f"{word}.env", f"env.{word}", f".env-{word}")
)
_ACCESS = re.compile(
    r"""(?<![\w.])(?:os\.)?(?:environ\s*\[|environ\.(?:get|pop|setdefault)\(|getenv\()\s*"""
    r"""["']([A-Za-z_]\w*)["']"""
)
_ENV_CALL = re.compile(r"""\benv(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]*)["']""")
_CONFIG_CALL = re.compile(r"""\bconfig\(\s*["']([A-Z][A-Z0-9_]*)["']""")
_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*"""
    r"""(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\n]*))""",
    re.MULTILINE,
)
_SET_FOR_TESTS = re.compile(
    r"""(?:\benviron\s*\[\s*["'](\w+)["']\s*\]\s*=|\b(?:setenv|environ\.setdefault)\(\s*["'](\w+)["']\s*,)"""
    r"""\s*["']([^"'\\\n]+)["']"""
)
_REFERENCE = re.compile(r"\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}")


@dataclass(frozen=True)
class EnvironmentSettings:
    """The contract's part of what was found; see ``Project`` for the fields."""

    env_files: tuple[str, ...]
    env_defaults: dict[str, str]
    environment_names: tuple[str, ...]
    database_backends: tuple[str, ...]
    async_engine: bool
    has_application: bool
    translated_schemas: tuple[str, ...]
    drivernames: tuple[str, ...]


_BACKEND = re.compile(r"\b(cockroachdb|mariadb|mssql|mysql|oracle|postgres|postgresql|sqlite)(?:\+\w+)?://")
_ASYNC_ENGINE = re.compile(r"\b(create_async_engine|async_engine_from_config)\b")
_SESSIONS = r"create_(?:async_)?engine|(?:async_)?(?:sessionmaker|scoped_session)"
_TRANSLATED = re.compile(
    r"""schema_translate_map["']?\s*[=:]\s*\{\s*(?:["'](\w+)["']|None)\s*:(?!\s*(?:["']|None\b))"""
)
_DRIVERNAME = re.compile(
    r"""\b((?:postgresql|mysql|mariadb)(?:\+\w+)?)://|["']((?:postgresql|mysql|mariadb)\+\w+)["']"""
)


def find_environment(
    tree: ProjectFiles,
    folders: tuple[str, ...],
    applications: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> EnvironmentSettings:
    """Read the environment files in ``folders`` and the names the source text mentions.

    ``applications`` are the names of classes of web applications, ``texts`` regular expressions for what else makes a
    project one with code around its models.

    Values are only ever taken from what the project's own tests set and from example files: what is in a real
    one may be a secret, so of it only the names are kept.
    """
    real = [path for folder in folders for name in _REAL if tree.has(path := join(folder, name))]
    examples = [path for folder in folders for name in _EXAMPLES if tree.has(path := join(folder, name))]
    defaults = _set_for_tests(tree)
    for path in examples:
        for name, value in parse_dotenv(tree.text(path)).items():
            if value:
                defaults.setdefault(name, value)
    names = {name for path in (*real, *examples) for name in parse_dotenv(tree.text(path))}
    classes = "|".join(applications) or "(?!)"
    made = rf"\b({_SESSIONS}|{classes})(\[[^\]\n]*\])?\("
    derived = rf"\bclass \w+\([^)]*\b({classes})\b"
    application = re.compile("|".join([made, derived, *texts]))
    async_engine = has_application = False
    drivernames: set[str] = set()
    translated: set[str] = set()
    backends = {one for path in (*real, *examples) for one in _BACKEND.findall(tree.text(path))}
    in_words: set[str] = set()
    for path in tree.sizes:
        if path.endswith(".ini") and not is_aside(path):
            backends.update(_BACKEND.findall(tree.text(path)))
        if path.endswith(".py") and not is_aside(path):
            text = tree.text(path)
            names.update(names_in_source(text))
            if found := _BACKEND.findall(text):
                in_words.update(found)
                backends.update(_BACKEND.findall(_without_words(text)))
            async_engine = async_engine or _ASYNC_ENGINE.search(text) is not None
            has_application = has_application or application.search(text) is not None
            translated |= {*_TRANSLATED.findall(text)}
            drivernames |= {found[1] or found[2] for found in _DRIVERNAME.finditer(text)}
    return EnvironmentSettings(
        env_files=(*real, *examples),
        env_defaults=dict(sorted(defaults.items())),
        environment_names=tuple(sorted(names)),
        # an example in a docstring may be of another database than the one that the code connects to
        database_backends=tuple(sorted(backends if backends - {"sqlite"} else backends | in_words)),
        async_engine=async_engine,
        has_application=has_application,
        translated_schemas=tuple(sorted(translated)),
        drivernames=tuple(sorted(drivernames)),
    )


def _without_words(text: str) -> str:
    """A module without its docstrings, other strings that are statements, and lines of comments."""
    try:
        module = ast.parse(text)
    except NOT_PYTHON:
        return text
    lines = text.splitlines()
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                lines[number - 1] = ""
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _set_for_tests(tree: ProjectFiles) -> dict[str, str]:
    """The variables that a ``conftest.py`` gives a value which stands there, those of the outermost first."""
    found: dict[str, str] = {}
    files = [path for path in tree.sizes if path.rpartition("/")[2] == "conftest.py"]
    for path in sorted(files, key=lambda path: path.count("/")):
        for one, other, value in _SET_FOR_TESTS.findall(tree.text(path)):
            found.setdefault(one or other, value)
    return found


def parse_dotenv(text: str) -> dict[str, str]:
    """The assignments of a ``.env`` file; references to variables it does not set become ""."""
    values: dict[str, str] = {}
    for match in _ASSIGNMENT.finditer(text):
        name, double, single, plain = match.groups()
        if single is not None:
            values[name] = single
        elif double is not None:
            values[name] = _expand(double.replace("\\n", "\n").replace('\\"', '"'), values)
        else:
            bare = "" if plain.startswith("#") else re.split(r"\s+#", plain, maxsplit=1)[0].strip()
            values[name] = _expand(bare, values)
    return values


def _expand(value: str, known: dict[str, str]) -> str:
    return _REFERENCE.sub(lambda match: known.get(match[1]) or match[2] or "", value)


def names_in_source(text: str) -> set[str]:
    """The names of environment variables a module reads."""
    found: set[str] = set()
    if "environ" in text or "getenv" in text:
        found.update(_ACCESS.findall(text))
    if "import environ" in text or "environs" in text:
        found.update(_ENV_CALL.findall(text))
    if "decouple" in text or "starlette.config" in text:
        found.update(_CONFIG_CALL.findall(text))
    if "BaseSettings" in text:
        found.update(_pydantic_names(text))
    return found


@dataclass(frozen=True)
class _SettingsClass:
    prefix: str
    names: frozenset[str]


def _pydantic_names(text: str) -> Iterator[str]:
    try:
        module = ast.parse(text)
    except NOT_PYTHON:
        return
    known: dict[str, _SettingsClass] = {}
    for node in ast.walk(module):
        if not isinstance(node, ast.ClassDef):
            continue
        bases = [_last_name(base) for base in node.bases]
        parents = [known[base] for base in bases if base in known]
        if not parents and not any(base.endswith("BaseSettings") for base in bases):
            continue
        prefix = _prefix(node)
        if prefix is None:
            prefix = parents[0].prefix if parents else ""
        known[node.name] = _SettingsClass(prefix, frozenset(_field_names(node, prefix)))
    for settings in known.values():
        yield from settings.names


def _field_names(node: ast.ClassDef, prefix: str) -> Iterator[str]:
    for statement in node.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        name = statement.target.id
        if name.startswith("_") or name == "model_config" or _is_class_var(statement.annotation):
            continue
        aliases = list(_aliases(statement.value))
        yield from aliases or [f"{prefix}{name}".upper()]


def _is_class_var(annotation: ast.expr) -> bool:
    target = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return _last_name(target) == "ClassVar"


def _aliases(value: ast.expr | None) -> Iterator[str]:
    if not isinstance(value, ast.Call):
        return
    for argument in value.keywords:
        if argument.arg in ("alias", "validation_alias", "env"):
            for inner in ast.walk(argument.value):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield inner.value


def _prefix(node: ast.ClassDef) -> str | None:
    """The ``env_prefix`` a settings class gives itself, in any of pydantic's ways."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.keyword) and inner.arg == "env_prefix":
            return _constant(inner.value)
        if isinstance(inner, ast.Assign) and any(_last_name(name) == "env_prefix" for name in inner.targets):
            return _constant(inner.value)
        if isinstance(inner, ast.Dict):
            for key, value in zip(inner.keys, inner.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "env_prefix":
                    return _constant(value)
    return None


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
