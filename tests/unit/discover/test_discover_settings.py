"""Dependencies, pytest's settings, environment variables, Compose files, CI and the manager."""

from __future__ import annotations

import pytest

from tcgen.discover import discover
from tcgen.discover.environment import names_in_source, parse_dotenv
from tcgen.errors import TcgenError

DECLARED = {
    "pep 621": (
        {
            "pyproject.toml": """
            [project]
            name = "shop"
            dependencies = ["SQLAlchemy[asyncio]>=2", "psycopg[binary]", "Flask_Login ; python_version>'3'"]
            [project.optional-dependencies]
            pg = ["asyncpg==0.29"]
            [dependency-groups]
            dev = ["pytest>=8", {include-group = "lint"}]
            lint = ["ruff"]
            """
        },
        {"sqlalchemy", "greenlet", "psycopg", "flask-login", "asyncpg", "pytest", "ruff"},
    ),
    "poetry": (
        {
            "pyproject.toml": """
            [tool.poetry.dependencies]
            python = "^3.10"
            sqlalchemy = {version = "^2", extras = ["postgresql-asyncpg"]}
            [tool.poetry.group.dev.dependencies]
            pytest = "*"
            """
        },
        {"sqlalchemy", "asyncpg", "pytest"},
    ),
    "pdm, uv and hatch": (
        {
            "pyproject.toml": """
            [tool.pdm.dev-dependencies]
            a = ["one"]
            [tool.uv]
            dev-dependencies = ["two"]
            [tool.hatch.envs.test]
            dependencies = ["three"]
            """
        },
        {"one", "two", "three"},
    ),
    "requirements": (
        {
            "requirements.txt": "# no\nSQLAlchemy==2.0  # yes\n-r requirements/base.txt\n--hash=x\n-e .\n",
            "requirements/base.txt": "-r ../dev-requirements.txt\npkg @ https://example.org/pkg.whl\n",
            "dev-requirements.txt": "-r requirements.txt\npytest\n-e git+https://example.org/x#egg=My.Egg\n"
            "https://example.org/y.whl\n",
        },
        {"sqlalchemy", "pkg", "pytest", "my-egg"},
    ),
    "setup.cfg": (
        {
            "setup.cfg": "[options]\ninstall_requires =\n    one\n    two>1\n[options.extras_require]\nx = three\n"
        },
        {"one", "two", "three"},
    ),
    "setup.py": (
        {
            "setup.py": """
            import os
            REQUIRES = ["one>=1", "two"]
            setup(install_requires=REQUIRES + ["three", os.environ["X"]], extras_require={"x": ["four"]})
            """
        },
        {"one", "two", "three", "four"},
    ),
    "pipfile": (
        {"Pipfile": "[packages]\nflask='*'\n[dev-packages]\npytest='*'\n[requires]\nx='3'\n"},
        {"flask", "pytest"},
    ),
    "conda": (
        {
            "environment.yml": "channels: [x]\ndependencies:\n- python=3.11\n- conda-forge::psycopg2\n- pip:\n  - flask\n"
        },
        {"python", "psycopg2", "flask"},
    ),
}


@pytest.mark.parametrize(("files", "names"), DECLARED.values(), ids=DECLARED)
def test_dependencies(write, files, names):
    found = discover(write(files)).dependencies
    assert (set(found), list(found)) == (names, sorted(found))


def test_an_optional_dependency_is_not_there_at_run_time(write):
    declared = """
        [tool.poetry.dependencies]
        sqlalchemy = "^2"
        psycopg = {version = "^3", optional = true}
        asyncpg = {version = "*", optional = false}
        [tool.poetry.extras]
        postgres = ["psycopg"]
    """
    found = discover(write({"pyproject.toml": declared}))
    assert set(found.dependencies) == {"sqlalchemy", "psycopg", "asyncpg"}
    assert set(found.runtime) == {"sqlalchemy", "asyncpg"}


PYTEST = {
    "pytest.ini": "[pytest]\ntestpaths = spec\nasyncio_mode = auto\naddopts = -q -p shop.plugin -p no:cacheprovider\n",
    "tox.ini": "[tox]\n[pytest]\ntestpaths = spec\nasyncio_mode = auto\naddopts = -pshop.plugin\n",
    "setup.cfg": "[tool:pytest]\ntestpaths = spec\nasyncio_mode = auto\naddopts = -p shop.plugin\n",
    "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths='spec'\nasyncio_mode='auto'\naddopts='-p shop.plugin'\n",
    "pytest.toml": "[pytest]\ntestpaths=['spec']\nasyncio_mode='auto'\naddopts=['-p', 'shop.plugin']\n",
}


@pytest.mark.parametrize("name", PYTEST)
def test_pytest_settings(write, name):
    found = discover(write({name: PYTEST[name], "spec/conftest.py": "", "shop/__init__.py": ""}))
    config = found.pytest
    assert (config.file, config.testpaths, config.asyncio_mode) == (name, ("spec",), "auto")
    assert config.plugins == ("shop.plugin",)
    assert (found.tests_dir, found.tests_conftest) == ("spec", True)


def test_pytest_9_reads_its_own_table(write):
    found = discover(
        write({"pyproject.toml": "[tool.pytest]\ntestpaths=['t']\naddopts=['-p', 'x']\n"})
    ).pytest
    assert (found.file, found.testpaths, found.plugins) == ("pyproject.toml", ("t",), ("x",))
    text = "[tool.pytest.ini_options]\naddopts=['-p no:cov', '-p y']\n"
    assert discover(write({"pyproject.toml": text})).pytest.plugins == ("y",)


@pytest.mark.parametrize(
    ("addopts", "measures"),
    [("--cov=shop -q", True), ("--cov", True), ("--cov-fail-under=9", False), ("", False)],
)
def test_coverage_that_is_always_measured(write, addopts, measures):
    found = discover(write({"pytest.ini": f"[pytest]\naddopts = {addopts}\n"}))
    assert found.pytest.measures_coverage is measures


@pytest.mark.parametrize(
    ("files", "wants"),
    [
        (
            {
                "pytest.ini": "[pytest]\naddopts = -q --strict-markers --tb=short -n 2 --dist=loadfile -p no:doctest\n"
            },
            False,
        ),
        ({"pytest.ini": "[pytest]\naddopts = --appini=tests/test.ini\n"}, True),
        ({"pytest.ini": "[pytest]\naddopts = -p pytest_jupyter.server\n"}, True),
        ({"pytest.ini": "[pytest]\nrequired_plugins = pytest-env\n"}, True),
        ({"conftest.py": 'pytest_plugins = ["pytest_jupyter.server"]\n'}, True),
        ({"pytest.ini": "[pytest]\nasyncio_mode = auto\n"}, False),
        ({"pytest.ini": "[pytest]\nasyncio_mode = auto\naddopts = --strict-config\n"}, True),
        ({"pytest.ini": "[pytest]\nxfail_strict = true\nstrict_config = true\n"}, False),
        ({"pytest.ini": "[pytest]\nenv = A=b\nfilterwarnings =\n  error\n"}, True),
        (
            {"pytest.ini": "[pytest]\nenv = A=b\nfilterwarnings =\n  error::pytest.PytestConfigWarning\n"},
            True,
        ),
        ({"pytest.ini": "[pytest]\nenv = A=b\nfilterwarnings =\n  error::DeprecationWarning\n"}, False),
        ({"conftest.py": ""}, False),
    ],
)
def test_settings_that_want_plugins(write, files, wants):
    assert discover(write(files)).pytest.wants_plugins is wants


@pytest.mark.parametrize(
    ("options", "refuses"),
    [
        ("", False),
        ("filterwarnings =\n  ignore\n  error\n", True),
        ("filterwarnings =\n  error::DeprecationWarning\n", True),
        ("filterwarnings =\n  error::pytest.PytestDeprecationWarning\n", True),
        ("filterwarnings =\n  error::sqlalchemy.exc.SAWarning\n", False),
        ("filterwarnings =\n  error:something is so:\n", True),
        ("addopts = -W error\n", True),
        ("addopts = -Werror::ResourceWarning\n", False),
        ("filterwarnings = error\nasyncio_default_fixture_loop_scope = function\n", False),
    ],
)
def test_settings_with_which_pytest_asyncio_cannot_start(write, options, refuses):
    assert discover(write({"pytest.ini": f"[pytest]\n{options}"})).pytest.refuses_asyncio is refuses


def test_an_empty_pytest_ini_goes_first(write):
    found = discover(
        write({"pytest.ini": "", "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths=['t']\n"})
    )
    assert (found.pytest.file, found.pytest.testpaths) == ("pytest.ini", ())


def test_doctests_in_the_package_are_no_tests_folder(write):
    files = {"shop/__init__.py": "", "pytest.ini": "[pytest]\ntestpaths = shop\n"}
    assert discover(write(files)).tests_dir is None
    assert discover(write({**files, "test/test_a.py": ""})).tests_dir == "test"


def test_values_come_from_examples_only(write):
    found = discover(
        write(
            {
                ".env": "SECRET_KEY=real\nONLY_REAL=1\n",
                ".env.example": "SECRET_KEY=example\nEMPTY=\n",
                ".env.sample": "SECRET_KEY=second\nDEBUG=1\n",
                "shop/__init__.py": "import os\nos.environ['HOME_PAGE']\n",
            }
        )
    )
    assert found.env_files == (".env", ".env.example", ".env.sample")
    assert found.env_defaults == {"DEBUG": "1", "SECRET_KEY": "example"}
    assert found.environment_names == ("DEBUG", "EMPTY", "HOME_PAGE", "ONLY_REAL", "SECRET_KEY")
    assert "real" not in found.model_dump_json()


def test_values_that_tests_set_come_before_those_of_examples(write):
    found = discover(
        write(
            {
                ".env.example": "DEBUG=1\nREGION=us\n",
                "shop/__init__.py": "",
                "tests/conftest.py": "import os\nos.environ['REGION'] = 'eu'\nos.environ.setdefault('MODE', \"test\")\n"
                "os.environ['URL'] = url\nos.environ['EMPTY'] = ''\n",
                "tests/unit/conftest.py": "mp = pytest.MonkeyPatch()\nmp.setenv('PRODUCTION', 'True')\nmp.setenv('MODE', 'unit')\n",
            }
        )
    )
    assert found.env_defaults == {"DEBUG": "1", "MODE": "test", "PRODUCTION": "True", "REGION": "eu"}


def test_dotenv():
    text = (
        "# X=1\nexport A=1 # one\nB='x # y'\nC=\"two\\nlines\"\nD=${A}-${NO}-${NO:-d}\nE=a#b\nnonsense\nF =  g h \n"
        'G="multi\nline"\n'
    )
    assert parse_dotenv(text) == {
        "A": "1",
        "B": "x # y",
        "C": "two\nlines",
        "D": "1--d",
        "E": "a#b",
        "F": "g h",
        "G": "multi\nline",
    }


SOURCES = {
    "environ": (
        "os.environ['A']; os.environ.get(\"B\", 1); os.getenv('C'); environ['D']; getenv( 'E')",
        "ABCDE",
    ),
    "wsgi": ("request.environ['X']; environment['Y']", ""),
    "environs": ("from environs import Env\nenv('A'); env.str('B'); env.int(\"C\")", "ABC"),
    "decouple": ("from decouple import config\nconfig('A', default=1)", "A"),
    "some other config": ("config('A')", ""),
    "settings": ("class S(BaseSettings):\n a: str\n b: int = 1\n _c: int = 2\n D: ClassVar[int] = 1", "AB"),
    "syntax error": ("class S(BaseSettings):\n a: : str", ""),
}


@pytest.mark.parametrize(("text", "names"), SOURCES.values(), ids=SOURCES)
def test_names_in_source(text, names):
    assert names_in_source(text) == set(names)


@pytest.mark.parametrize(
    "body",
    [
        "model_config = SettingsConfigDict(env_prefix='SHOP_')",
        "model_config = {'env_prefix': 'SHOP_'}",
        "class Config:\n        env_prefix = 'SHOP_'",
    ],
)
def test_prefixes(body):
    text = f"class S(pydantic_settings.BaseSettings):\n    {body}\n    url: str\n"
    assert names_in_source(text) == {"SHOP_URL"}


def test_prefixes_are_inherited_and_aliases_have_none():
    text = """
class Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")
class S(Base):
    url: str
    a: str = Field(alias="THE_A")
    b: str = Field(validation_alias=AliasChoices("B1", "B2"))
class NotSettings(BaseModel):
    x: str
"""
    assert names_in_source(text) == {"SHOP_URL", "THE_A", "B1", "B2"}


def test_compose_files(write):
    names = ["compose.yaml", "docker-compose.yml", "docker-compose.prod.yaml", "docker/compose.yml"]
    others = ["compose.txt", "my-compose.yml", "tests/docker-compose.yml", "a/b/c/compose.yml"]
    found = discover(write(dict.fromkeys([*names, *others], ""))).compose_files
    assert set(found) == set(names)
    assert found[-1] == "docker/compose.yml"


CI = {
    "nothing": ({}, "github"),
    "github": ({".github/workflows/x.yml": "", ".gitlab-ci.yml": ""}, "github"),
    "gitlab": ({".gitlab-ci.yml": ""}, "gitlab"),
    "azure": ({"azure-pipelines.yml": ""}, "azure"),
    "azure folder": ({".azure-pipelines/steps/build.yml": ""}, "azure"),
    "bitbucket": ({"bitbucket-pipelines.yml": ""}, "bitbucket"),
    "circleci": ({".circleci/config.yml": ""}, "circleci"),
    "forgejo": ({".forgejo/workflows/x.yaml": ""}, "forgejo"),
    "forgejo's issues": ({".forgejo/issue_template.md": ""}, "forgejo"),
    "gitea": ({".gitea/workflows/x.yml": ""}, "gitea"),
    "github's issues": ({".github/ISSUE_TEMPLATE/bug.md": ""}, "github"),
    "github's issues, others' CI": (
        {".github/ISSUE_TEMPLATE/bug.md": "", ".circleci/config.yml": ""},
        "circleci",
    ),
    "remote": ({".git/config": '[remote "origin"]\n\turl = git@gitlab.example.org:a/b.git\n'}, "gitlab"),
    **{
        address: ({".git/config": f'[remote "origin"]\n\turl = {address}\n'}, provider)
        for address, provider in {
            "https://codeberg.org/a/b.git": "forgejo",
            "https://gitea.com/a/b": "gitea",
            "git@ssh.dev.azure.com:v3/a/b/c": "azure",
            "git@bitbucket.org:a/b.git": "bitbucket",
        }.items()
    },
}


@pytest.mark.parametrize(("files", "provider"), CI.values(), ids=CI)
def test_ci(write, files, provider):
    root = write(files)
    assert discover(root).ci == provider
    assert discover(root, ci="none").ci == "none"


def test_a_worktree_s_remote(write, tmp_path):
    root = write({".git": f"gitdir: {tmp_path}/main/.git/worktrees/x\n"})
    linked = tmp_path / "main" / ".git" / "worktrees" / "x"
    linked.mkdir(parents=True)
    (linked / "commondir").write_text("../..\n")
    (tmp_path / "main" / ".git" / "config").write_text('[remote "origin"]\nurl = https://gitlab.com/a/b\n')
    found = discover(root)
    assert found.ci == "gitlab"


def test_an_unknown_ci(write):
    with pytest.raises(TcgenError) as caught:
        discover(write({}), ci="jenkins")
    assert caught.value.code == "bad-ci"


MANAGERS = {
    "uv": {"uv.lock": ""},
    "poetry": {"poetry.lock": ""},
    "poetry table": {"pyproject.toml": "[tool.poetry]\nname='x'\n"},
    "poetry backend": {"pyproject.toml": "[build-system]\nbuild-backend='poetry.core.masonry.api'\n"},
    "pdm": {"pdm.lock": ""},
    "hatch": {"pyproject.toml": "[tool.hatch.envs.default]\n"},
    "uv table": {"pyproject.toml": "[tool.uv]\ndev-dependencies=[]\n[tool.hatch.envs.default]\nx=1\n"},
    "uv lock": {"uv.lock": "", "poetry.lock": "", "pyproject.toml": "[tool.poetry]\nname='x'\n"},
    "poetry with uv's table": {
        "pyproject.toml": "[tool.poetry]\nname='x'\n[tool.pdm]\nx=1\n[tool.uv]\nx=1\n"
    },
    "pdm with uv's table": {"pyproject.toml": "[tool.pdm]\nx=1\n[tool.uv]\nx=1\n[tool.hatch.envs.a]\nx=1\n"},
    "pip with an empty table": {"pyproject.toml": "[tool.uv]\n"},
    "pip": {"pyproject.toml": "[build-system]\nbuild-backend='hatchling.build'\n"},
}


@pytest.mark.parametrize("name", MANAGERS)
def test_package_manager(write, name):
    assert discover(write(MANAGERS[name])).package_manager == name.split()[0]


@pytest.mark.parametrize(
    ("declared", "specifier"),
    [("^3.10", ">=3.10,<4"), ("~3.10", ">=3.10,<3.11"), (">=3.9,<4", ">=3.9,<4"), ("*", "")],
)
def test_poetry_s_python_as_everyone_reads_it(write, declared, specifier):
    files = {"pyproject.toml": f"[tool.poetry.dependencies]\npython='{declared}'\n"}
    assert discover(write(files)).requires_python == specifier


def test_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    for path, cause in ((tmp_path / "gone", "does not exist"), (tmp_path / "file", "is a file")):
        with pytest.raises(TcgenError) as caught:
            discover(path)
        assert caught.value.code == "not-a-folder"
        assert cause in caught.value.message


def test_a_bad_pyproject_is_named_with_its_line(write):
    with pytest.raises(TcgenError) as caught:
        discover(write({"pyproject.toml": "[project]\nname = shop\n"}))
    assert caught.value.code == "bad-pyproject"
    assert "pyproject.toml" in caught.value.message
    assert "line 2" in caught.value.message


def test_a_bad_setup_cfg_is_only_a_warning(write):
    found = discover(write({"setup.cfg": "no section\n", "setup.py": "setup(", "shop/__init__.py": ""}))
    assert [one.code for one in found.diagnostics if one.level == "warning"] == ["bad-ini", "bad-setup-py"]


def test_unreadable_text_does_not_stop_it(write):
    root = write({"shop/__init__.py": ""})
    (root / "shop" / "latin.py").write_bytes(b"# caf\xe9\nimport os\nos.environ['A']\n")
    (root / "shop" / "large.py").write_bytes(b"import os\nos.environ['B']\n" + b"#" * 1_000_001)
    assert discover(root).environment_names == ("A",)


def test_it_is_the_same_twice_and_survives_json(write):
    root = write(
        {
            "shop/__init__.py": "",
            "alembic.ini": "[alembic]\nscript_location=m\n",
            "m/env.py": "import alembic",
        }
    )
    first = discover(root)
    assert first == discover(root)
    assert type(first).model_validate_json(first.model_dump_json()) == first


def test_whether_there_is_a_pyproject(write):
    assert not discover(write({"setup.py": ""})).has_pyproject
    assert discover(write({"pyproject.toml": ""})).has_pyproject


def test_drivers_of_urls_in_the_source(write):
    root = write(
        {
            "shop/db.py": 'URL = f"postgresql://{host}/shop"\nOTHER = URL.create("postgresql+psycopg2")\n',
            "shop/kind.py": 'if dialect == "postgresql": pass\n',
            "tests/test_a.py": 'URL = "postgresql+pg8000://"\n',
        }
    )
    assert discover(root).drivernames == ("postgresql", "postgresql+psycopg2")


@pytest.mark.parametrize(
    ("module", "found"),
    [
        (
            '"""As in Server("postgres://localhost/db1")."""\nURL = "mysql+pymysql://localhost/shop"\n',
            ("mysql",),
        ),
        ('# URL = "postgresql://localhost/db1"\nURL = f"mysql://{HOST}/shop"\n', ("mysql",)),
        ('"""As in oracle://localhost/db1."""\nURL = "sqlite://"\n', ("oracle", "sqlite")),
        ('"""As in oracle://localhost/db1."""\n', ("oracle",)),
        ('class Settings:\n    """Where."""\n\n    url = "mysql://"\n    "Such as oracle://."\n', ("mysql",)),
        ('print "mysql://localhost/shop"  # of Python 2\n', ("mysql",)),
    ],
)
def test_an_example_in_words_says_less_than_the_code(write, module, found):
    root = write({"pyproject.toml": "", "shop/settings.py": module})
    assert discover(root).database_backends == found
