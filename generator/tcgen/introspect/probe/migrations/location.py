"""Where a project's Alembic scripts lie, and a ``Config`` for them."""

from __future__ import annotations

import configparser
import importlib.util
import re
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from .. import dialect
from ..common import Live, Notes, ProbeError, words_of

if TYPE_CHECKING:
    from tcgen.introspect.protocol import AlembicRequest

SECTION = "alembic"
DROPPED = frozenset(
    [
        "script_location",
        "version_locations",
        "prepend_sys_path",
        "sqlalchemy.url",
        "file_template",
        "timezone",
        "truncate_slug_length",
        "revision_environment",
        "output_encoding",
        "hooks",
        "keys",
        "format",
        "datefmt",
    ]
)
REVISION = re.compile(r"^revision\b[^=\n]*=\s*[\"']([^\"']+)", re.M)
DOWN_REVISION = re.compile(r"^down_revision\b[^=\n]*=\s*[\"']([^\"']+)", re.M)


class Location(NamedTuple):
    """An Alembic environment on disk; all paths absolute."""

    ini: Path | None
    script: Path
    section: str = SECTION

    @property
    def env_text(self) -> str:
        """Source of env.py."""
        return _text(self.script / "env.py")


def locate(request: AlembicRequest, root: Path) -> Location:
    """Find ``env.py`` from an ini, a folder, or ``package:dir``.

    Raises:
        ProbeError: ``alembic-config-not-found``.
    """
    ini = Path(request["ini"]) if request["ini"] else None
    candidates = []
    if request["script_location"]:
        candidates.append(_folder(request["script_location"], root, root))
    if ini is not None:
        written = _raw(ini, SECTION).get("script_location", "")
        if written:
            candidates += [
                _folder(written.replace("%(here)s", str(ini.parent)), b, root) for b in (root, ini.parent)
            ]
        candidates += sorted(p.parent for p in (*ini.parent.glob("env.py"), *ini.parent.glob("*/env.py")))
    for folder in candidates:
        if folder is not None and (folder / "env.py").is_file():
            return Location(ini, folder.resolve())
    named = ini or request["script_location"]
    raise ProbeError(
        "alembic-config-not-found",
        f"{named}: no folder with an env.py belongs to it",
        "Name the ini file, or the folder of env.py, with --alembic-config PATH.",
    )


def _folder(written: str, base: Path, root: Path) -> Path | None:
    if Path(written).is_absolute() or ":" not in written:
        return Path(base, written)
    package, _, rest = written.partition(":")
    if Path(root, package).is_dir():
        return Path(root, package, rest.replace(":", "/"))
    with suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            return Path(next(iter(spec.submodule_search_locations)), rest.replace(":", "/"))
    return None


def _raw(ini: Path, section: str) -> dict[str, str]:
    if ini.suffix == ".toml":
        return {}
    parser = configparser.RawConfigParser()
    with suppress(configparser.Error, OSError, UnicodeDecodeError):
        parser.read(str(ini), "utf-8")
        if parser.has_section(section):
            return dict(parser.items(section))
    return {}


def make_config(location: Location, url: str, notes: Notes) -> Live:
    """Alembic's ``Config`` as the project's commands would see it, with a URL of ours.

    A template with placeholders instead of an ini still gives a config, of our settings alone.
    """
    from alembic.config import Config

    config: Live = None
    try:
        config = _read_config(Config, location)
        config.get_main_option("version_locations")
        config.get_section(location.section)
    except Exception as error:
        notes.add(
            "note", "ini-not-read", f"{location.ini} is not used: {type(error).__name__}: {words_of(error)}"
        )
        config = Config()
    config.set_main_option("script_location", str(location.script).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    folders = version_folders(location)
    if folders and not config.get_main_option("version_locations"):
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_path_separator", "newline")
        config.set_main_option("version_locations", "\n".join(str(f) for f in folders).replace("%", "%%"))
    return config


def version_folders(location: Location) -> list[Path]:
    """Where the scripts are, when it is not ``versions`` alone; empty otherwise.

    Where each kind of database has a folder of its own below ``versions``, this one's. Folders below it whose
    scripts go on from those in it belong to the history too: a program may name them to Alembic by itself.
    """
    versions = location.script / "versions"
    own = [versions / n for n in dialect.FOLDERS[dialect.name()] if (versions / n).is_dir()]
    if own and not any(p.name != "__init__.py" for p in versions.glob("*.py")):
        return own[:1]
    known = {r for path in versions.glob("*.py") for r in REVISION.findall(_text(path))}
    found: list[Path] = []
    nested = {p: _text(p) for p in sorted(versions.glob("*/**/*.py"))}
    while True:
        more = [p for p, text in nested.items() if p.parent not in found and _goes_on(text, known)]
        if not more:
            return [versions, *found] if found else []
        found += sorted({p.parent for p in more})
        known |= {r for p, text in nested.items() if p.parent in found for r in REVISION.findall(text)}


def _goes_on(text: str, known: set[str]) -> bool:
    return any(down in known for down in DOWN_REVISION.findall(text))


def _text(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text("utf-8")
    return ""


def _read_config(factory: Live, location: Location) -> Live:
    if location.ini is None:
        return factory(ini_section=location.section)
    if location.ini.suffix == ".toml":
        return factory(toml_file=str(location.ini))
    return factory(str(location.ini), ini_section=location.section)


def is_installed(path: Path, root: Path) -> bool:
    """Whether a path belongs to an installed package rather than to the project's own files."""
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        return True
    return "site-packages" in parts or "dist-packages" in parts


def portable(path: Path, root: Path) -> str:
    """A path relative to the root, or ``package:dir`` for one in an installed package."""
    if not is_installed(path, root):
        return PurePosixPath(path.relative_to(root)).as_posix()
    names = path.parts
    at = max((i for i, n in enumerate(names) if n in ("site-packages", "dist-packages")), default=-2) + 1
    if 0 < at < len(names) - 1:
        return f"{names[at]}:{'/'.join(names[at + 1 :])}"
    top = path
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    return path.as_posix() if top == path else f"{top.name}:{path.relative_to(top).as_posix()}"


def run_in(location: Location, root: Path) -> str:
    """The folder below the root that Alembic's commands are run in, where the ini counts on that; "" for the root."""
    if location.ini is None or is_installed(location.ini, root):
        return ""
    written = _raw(location.ini, location.section).get("script_location", "")
    if not written or "%(here)s" in written or ":" in written or (root / written / "env.py").is_file():
        return ""
    beside = (location.ini.parent / written / "env.py").is_file()
    return portable(location.ini.parent, root) if beside else ""


def written_url(location: Location) -> str:
    """The URL that stands in the ini; "" without one."""
    return "" if location.ini is None else _raw(location.ini, location.section).get("sqlalchemy.url", "")


def portable_ini(location: Location, root: Path) -> str | None:
    """The ini as ``portable`` writes it; None without one, or where Alembic cannot use it from anywhere."""
    from alembic.config import Config

    if location.ini is None:
        return None
    written = _raw(location.ini, location.section).get("script_location", "")
    if is_installed(location.ini, root) and "%(here)s" not in written and ":" not in written:
        return None  # relative to a folder that only the package's authors know
    try:
        _read_config(Config, location).get_section(location.section)
    except Exception:
        return None
    return portable(location.ini, root)


def version_locations(location: Location, root: Path) -> list[str]:
    """Where the scripts are, split as Alembic splits the option; empty where it is its default.

    Those below the root relative to it, those of an installed package as ``package:dir``.
    """
    from alembic.script import ScriptDirectory

    listed: list[Live] = []
    with suppress(Exception):  # an ini that cannot be read is noted by who reads the history
        script: Live = ScriptDirectory.from_config(make_config(location, f"{dialect.name()}://", Notes()))
        listed = [str(one) for one in script.version_locations or () if str(one)]
    return [portable(Path(one).resolve(), root) if Path(one).is_absolute() else one for one in listed]


def options(location: Location) -> dict[str, str]:
    """Main options that matter to a run and name no absolute path."""
    found: dict[str, str] = {}
    for name, value in _raw(location.ini, location.section).items() if location.ini else ():
        if name in DROPPED or name.startswith(("sqlalchemy.", "version_path_separator", "path_separator")):
            continue
        here = str(location.ini.parent) if location.ini else ""
        script = str(location.script)
        value = value.replace("%(here)s", here).replace("%(script_location)s", script).replace("%%", "%")
        if value and here not in value and not value.startswith("/") and "%(" not in value:
            found[name] = value
    return found
