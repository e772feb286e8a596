"""The stage's one function: from a folder to a ``Project``, reading files only."""

from __future__ import annotations

from pathlib import Path

from tcgen.catalog.load import catalog
from tcgen.discover.alembic import find_alembic
from tcgen.discover.ci import find_ci, find_git, runs_tests
from tcgen.discover.compose import find_compose_files, find_compose_images
from tcgen.discover.dependencies import read_dependencies, read_runtime_dependencies
from tcgen.discover.environment import find_environment
from tcgen.discover.fixtures import find_fixtures
from tcgen.discover.interpreter import find_interpreter
from tcgen.discover.manager import find_manager
from tcgen.discover.manifest import first_text, read_manifest
from tcgen.discover.packages import find_layout
from tcgen.discover.project_files import join, walk
from tcgen.discover.pytest_config import find_test_folders, find_tests, read_pytest
from tcgen.discover.style import find_style
from tcgen.errors import TcgenError
from tcgen.ir.catalog import NO_CI
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import ANSWERS, GROUP
from tcgen.ir.project import Project


def discover(
    root: Path,
    *,
    python: str | None = None,
    alembic_config: str | None = None,
    ci: str | None = None,
) -> Project:
    """Find out what there is to know about a project without running any of it.

    Args:
        root: The project's folder.
        python: Interpreter to use, instead of the one that would be guessed.
        alembic_config: The only Alembic configuration to consider.
        ci: Name of a CI provider or ``none``, instead of the one that would be guessed.

    Returns:
        The project, with a diagnostic for every guess the user may want to overrule.

    Raises:
        TcgenError: ``not-a-folder``, ``bad-pyproject``, ``python-not-found``,
            ``alembic-config-not-found`` or ``bad-ci``.
    """
    root = root.expanduser().absolute()
    if not root.is_dir():
        cause = "is a file" if root.exists() else "does not exist"
        raise TcgenError("not-a-folder", f"{root} {cause}", hint="name the project's folder: tcgen init DIR")
    root = root.resolve()
    git = find_git(root)
    provider = find_ci(root, git, ci, catalog())
    diagnostics: list[Diagnostic] = []
    tree = walk(root)
    manifest = read_manifest(root)
    settings = read_pytest(tree, manifest, diagnostics)
    layout = find_layout(tree, manifest, settings.pythonpath)
    bases = tuple(one.folder for one in layout.manifests)
    interpreter = find_interpreter(tuple(root / base for base in bases), manifest, python)
    alembic, alembic_remarks = find_alembic(
        tree, layout.source_roots, layout.packages, catalog().frameworks, alembic_config
    )
    code = tuple(join(source, name) for source in layout.source_roots for name in layout.packages)
    tests_dir, has_conftest = find_tests(tree, settings.config.testpaths, bases, code)
    classes = [one.cls.rpartition(".")[2] for one in catalog().applications.values()]
    environment = find_environment(tree, bases, classes, catalog().texts)
    compose_files = find_compose_files(tree)
    requires_python = first_text(*(one.requires_python for one in layout.manifests))
    tests = root / (tests_dir if tests_dir and not has_conftest else "")
    style = find_style(git or root, tests, layout.packages, requires_python)
    for one in layout.manifests:
        diagnostics.extend(one.diagnostics)
    diagnostics.extend((*layout.diagnostics, *interpreter.diagnostics, *alembic_remarks))
    return Project(
        root=str(root),
        name=first_text(*(one.name for one in layout.manifests), root.name, "project"),
        python=interpreter.path,
        requires_python=requires_python,
        has_pyproject=(root / "pyproject.toml").is_file(),
        package_manager=find_manager(tree, layout.manifests, catalog()),
        source_roots=layout.source_roots,
        packages=layout.packages,
        dependencies=read_dependencies(tree, list(layout.manifests), skip_group=_own_group(root)),
        runtime=read_runtime_dependencies(tree, list(layout.manifests)),
        alembic=alembic,
        pytest=settings.config,
        tests_dir=tests_dir,
        tests_conftest=has_conftest,
        test_folders=find_test_folders(tree, settings.config.testpaths),
        env_files=environment.env_files,
        env_defaults=environment.env_defaults,
        environment_names=environment.environment_names,
        database_backends=environment.database_backends,
        async_engine=environment.async_engine,
        has_application=environment.has_application,
        translated_schemas=environment.translated_schemas,
        drivernames=environment.drivernames,
        compose_files=compose_files,
        compose_images=find_compose_images(tree, compose_files),
        fixtures=find_fixtures(tree),
        style=style,
        ci=provider,
        ci_tests=provider != NO_CI and runs_tests(root, catalog().ci_provider(provider)),
        diagnostics=tuple(diagnostics),
    )


def _own_group(root: Path) -> str | None:
    return GROUP if (root / ANSWERS).is_file() else None
