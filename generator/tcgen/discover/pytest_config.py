"""The project's pytest settings, and the folder its tests are in."""

from __future__ import annotations

import configparser
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from posixpath import normpath
from typing import Any, Literal

from tcgen.discover.manifest import Manifest, read_ini, read_toml, table, texts
from tcgen.discover.project_files import ProjectFiles, is_test_module
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import PytestConfig

_OPTIONS = frozenset(
    """
    --assert --basetemp --cache-clear --cache-show --capture --code-highlight --collect-in-virtualenv
    --collect-only --color --config-file --confcutdir --continue-on-collection-errors --debug --deselect
    --disable-plugin-autoload --disable-warnings --doctest-continue-on-failure --doctest-glob
    --doctest-ignore-import-errors --doctest-modules --doctest-report --durations --durations-min --exitfirst
    --failed-first --ff --fixtures --fixtures-per-test --force-short-summary --full-trace --funcargs --help
    --ignore --ignore-glob --import-mode --junit-prefix --junit-xml --junitprefix --junitxml --keep-duplicates
    --last-failed --last-failed-no-failures --lf --lfnf --log-auto-indent --log-cli-date-format --log-cli-format
    --log-cli-level --log-date-format --log-disable --log-file --log-file-date-format --log-file-format
    --log-file-level --log-file-mode --log-format --log-level --markers --max-warnings --maxfail --new-first
    --nf --no-fold-skipped --no-header --no-showlocals --no-summary --noconftest --override-ini --pastebin --pdb
    --pdbcls --pyargs --pythonwarnings --quiet --rootdir --runxfail --setup-only --setup-plan --setup-show
    --setuponly --setupplan --setupshow --show-capture --show-fixtures --showlocals --stepwise --stepwise-reset
    --stepwise-skip --strict --strict-config --strict-markers --sw --sw-reset --sw-skip --tb --trace
    --trace-config --traceconfig --verbose --verbosity --version --xfail-tb --dist --maxprocesses --numprocesses
    --tx
    """.split()  # noqa: SIM905  # a word each reads best
)
"""Of pytest 7 to 9, by its ``--help``, and of pytest-xdist, which every suite requires."""

_SETTINGS = frozenset(
    """
    addopts assertion_text_diff_style cache_dir collect_imported_tests console_output_style
    consider_namespace_packages disable_test_id_escaping_and_forfeit_all_rights_to_community_support
    doctest_encoding doctest_optionflags empty_parameter_set_mark enable_assertion_pass_hook
    faulthandler_exit_on_timeout faulthandler_timeout filterwarnings junit_duration_report junit_family
    junit_log_passing_tests junit_logging junit_suite_name log_auto_indent log_cli log_cli_date_format
    log_cli_format log_cli_level log_date_format log_file log_file_date_format log_file_format log_file_level
    log_file_mode log_format log_level markers max_warnings minversion norecursedirs parametrize_long_str_id_strategy
    python_classes python_files python_functions pythonpath required_plugins strict strict_config strict_markers
    strict_parametrization_ids strict_xfail testpaths tmp_path_retention_count tmp_path_retention_policy
    truncation_limit_chars truncation_limit_lines usefixtures verbosity_assertions verbosity_subtests
    verbosity_test_cases xfail_strict looponfailroots rsyncdirs rsyncignore
    """.split()  # noqa: SIM905
)
"""Names of settings, likewise."""


_OF_SETTINGS = ("PytestConfigWarning", "PytestWarning", "UserWarning", "Warning", "")
"""What pytest warns with of a setting that it does not know, and what that is a kind of; "" stands for all."""

_OF_ASYNCIO = (
    "PytestDeprecationWarning",
    "PytestWarning",
    "UserWarning",
    "DeprecationWarning",
    "Warning",
    "",
)
"""What pytest-asyncio warns with where no scope of loops is set, likewise."""


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
            wants_plugins=bool(options.get("required_plugins"))
            or (bool(options.keys() - _SETTINGS) and _minds_unknown_settings(options, words))
            or _asks_for_more(tree, words),
            asyncio_mode=asyncio_mode,
            refuses_asyncio="asyncio_default_fixture_loop_scope" not in options
            and _are_errors(_OF_ASYNCIO, options, words),
        )
        return PytestSettings(config, tuple(_folders(options.get("pythonpath"))))
    return PytestSettings(PytestConfig(wants_plugins=_asks_for_more(tree, [])))


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


def find_test_folders(tree: ProjectFiles, testpaths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folders with test modules that pytest looks into when it is told none."""
    return tuple(
        path
        for path, folder in sorted(tree.folders.items())
        if (not testpaths or "." in testpaths or _is_within(path, testpaths))
        and any(is_test_module(name) and name != "conftest.py" for name in folder.files)
    )


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


def _minds_unknown_settings(options: dict[str, Any], words: list[str]) -> bool:
    """Tell whether a setting of a plugin that is not there is an error, where it is a warning by default."""
    strict = "--strict-config" in words or any(
        str(options.get(name)).lower() in ("1", "true", "yes", "on") for name in ("strict", "strict_config")
    )
    return strict or _are_errors(_OF_SETTINGS, options, words)


def _are_errors(warnings: tuple[str, ...], options: dict[str, Any], words: list[str]) -> bool:
    """Tell whether warnings of some kind are errors while pytest starts."""
    filters = texts(options.get("filterwarnings"))
    filters += [after for word, after in pairwise(words) if word in ("-W", "--pythonwarnings")]
    filters += [word[2:] for word in words if word.startswith("-W") and word != "-W"]
    kinds = [one.split(":")[2:3] for one in filters if one.partition(":")[0].strip() == "error"]
    return any(not kind or kind[0].rpartition(".")[2].strip() in warnings for kind in kinds)


def _asks_for_more(tree: ProjectFiles, words: list[str]) -> bool:
    """Tell whether options are not pytest's own, or plugins are loaded by name, in the root's conftest.py too."""
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    named = [one for one in _plugins(words) if "." in one or one.startswith("pytest")]
    return bool(options - _OPTIONS or named or "pytest_plugins" in tree.text("conftest.py"))


def _plugins(words: list[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        if word == "-p" and index + 1 < len(words):
            name = words[index + 1]
        elif word.startswith("-p") and not word.startswith("--"):
            name = word[2:].lstrip(" =")
        else:
            continue
        if name and not name.startswith("no:"):
            yield name
