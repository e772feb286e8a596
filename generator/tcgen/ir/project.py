"""``Project``: what discover found by reading the files, without running any of them."""

from __future__ import annotations

from typing import Literal

from tcgen.ir.base import Frozen
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.style import Style

MIN_PYTHON = (3, 10)
"""The oldest Python that a suite, and tcgen itself, runs on."""


class AlembicConfig(Frozen):
    """One place Alembic could be run from.

    Attributes:
        ini: Path of the ini file relative to the project root, POSIX style; None when there is
            only a script folder.
        script_location: The folder of ``env.py``, relative to the root and POSIX style, or
            ``package:dir`` as Alembic writes it when it lies in an installed package.
        framework: The web framework whose running application ``env.py`` asks for its database, by its name
            in the catalogue; else "".
    """

    ini: str | None
    script_location: str
    framework: str = ""


class PytestConfig(Frozen):
    """The project's own pytest settings, as far as they matter to what is generated.

    Attributes:
        measures_coverage: ``addopts`` turn pytest-cov on.
        wants_plugins: The settings ask for what pytest itself does not have.
        refuses_asyncio: pytest-asyncio warns of a setting that is not there, and warnings are errors: pytest would not start.
    """

    file: str | None = None
    testpaths: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    measures_coverage: bool = False
    wants_plugins: bool = False
    refuses_asyncio: bool = False
    asyncio_mode: Literal["strict", "auto"] = "strict"


class Project(Frozen):
    """A project on disk.

    Attributes:
        version: Version of this form.
        root: Absolute path; never rendered.
        name: Distribution name, else the folder's.
        python: Absolute path of the interpreter that has the project's dependencies; never rendered.
        requires_python: The specifier in pyproject.toml, or "".
        has_pyproject: There is a pyproject.toml at the root.
        package_manager: By its name in the catalogue; "" for the default one.
        source_roots: Folders, relative to the root, that must be on ``sys.path`` (``src`` or ``.``).
        packages: Import names of the top-level packages and modules found there.
        dependencies: Normalised names of all declared dependencies, extras and groups included.
        runtime: Those of them that come with the project itself.
        test_folders: Where pytest finds test modules, the suite's own folder too.
        env_files: ``.env``-like files, the real one before the examples, relative to the root.
        compose_files: Compose files relative to the root.
        compose_images: Images that these run, with registry and tag as written there.
        environment_names: Names of environment variables the source text mentions.
        database_backends: How the URLs of databases begin that the source text, the ini files and env files hold.
        async_engine: The source text makes an async engine somewhere.
        has_application: It makes engines, sessions, a web application or a task queue somewhere.
        translated_schemas: Schemas that stand for others, not always the same, in a ``schema_translate_map``; "" for None.
        drivernames: Those of the URLs of databases in the source text (``postgresql``, ``mysql+pymysql``).
        fixtures: Names of the fixtures in each ``conftest.py``, by its path relative to the root.
        style: How code is laid out where the tests are.
        ci: The CI provider by its name in the catalogue, or ``none``; "" for the default one.
        ci_tests: A CI file of the project's own runs its tests.
        env_defaults: Values for settings the project cannot be imported without, as its tests and its example files set them.
    """

    version: Literal[1] = 1
    root: str
    name: str
    python: str
    requires_python: str = ""
    has_pyproject: bool = False
    package_manager: str = ""
    source_roots: tuple[str, ...] = (".",)
    packages: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    runtime: tuple[str, ...] = ()
    alembic: tuple[AlembicConfig, ...] = ()
    pytest: PytestConfig = PytestConfig()
    tests_dir: str | None = None
    tests_conftest: bool = False
    test_folders: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    env_defaults: dict[str, str] = {}
    environment_names: tuple[str, ...] = ()
    database_backends: tuple[str, ...] = ()
    async_engine: bool = False
    has_application: bool = False
    translated_schemas: tuple[str, ...] = ()
    drivernames: tuple[str, ...] = ()
    compose_files: tuple[str, ...] = ()
    compose_images: tuple[str, ...] = ()
    fixtures: dict[str, tuple[str, ...]] = {}
    style: Style = {}
    ci: str = ""
    ci_tests: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
