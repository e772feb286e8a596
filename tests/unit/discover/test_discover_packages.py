"""Source roots and import names, in every layout seen in the wild."""

from __future__ import annotations

import pytest

from tcgen.discover import discover

MODELS = "from sqlalchemy import Column\n"
LAYOUTS = {
    "flat": ({"pyproject.toml": "[project]\nname='shop'\n", "shop/__init__.py": ""}, (".",), ("shop",)),
    "src": ({"pyproject.toml": "", "src/shop/__init__.py": ""}, ("src",), ("shop",)),
    "src without pyproject": (
        {"src/shop/__init__.py": "", "src/shop/models.py": MODELS},
        ("src",),
        ("shop",),
    ),
    "src namespace": ({"src/acme/shop/__init__.py": ""}, ("src",), ("acme",)),
    "src is the package": (
        {"src/models.py": MODELS, "src/main.py": "from src.models import X\n"},
        (".",),
        ("src",),
    ),
    "src with init": ({"src/__init__.py": "", "src/models.py": MODELS}, (".",), ("src",)),
    "no init": ({"app/main.py": "", "app/models.py": MODELS}, (".",), ("app",)),
    "started in a folder": (
        {"server/models.py": MODELS, "server/main.py": "import models\n", "web/a.ts": ""},
        ("server",),
        ("main", "models"),
    ),
    "started in a folder with init": (
        {"server/__init__.py": "", "server/models.py": MODELS, "server/main.py": "from models import A\n"},
        ("server",),
        ("main", "models"),
    ),
    "a module named like what it imports from elsewhere": (
        {
            "pyproject.toml": "[project]\nname='shop'\ndependencies=['rq-jobs']\n",
            "core/models.py": MODELS,
            "core/sqlalchemy.py": "from sqlalchemy.types import TypeDecorator\n",
            "work/models.py": MODELS,
            "work/rq_jobs/__init__.py": "from rq_jobs.queue import Queue\n",
        },
        (".",),
        ("core", "work"),
    ),
    "started in a folder of a folder": (
        {
            "shop/server/models.py": MODELS,
            "shop/server/run.py": "import models\n",
            "shop/migrations/env.py": "from alembic import context\nfrom models import A\n",
            "shop/migrations/versions/1.py": "from versions import *\nfrom sqlalchemy import Column\n",
            "shop/web/a.ts": "",
        },
        ("shop/server",),
        ("models", "run"),
    ),
    "a package below the folder it is started in": (
        {
            "backend/app/__init__.py": "",
            "backend/app/db.py": MODELS,
            "backend/run.py": "from app import db\n",
        },
        ("backend",),
        ("app",),
    ),
    "modules only": (
        {"app.py": "", "models.py": MODELS, "setup.py": "", "test_a.py": ""},
        (".",),
        ("app", "models"),
    ),
    "module beside a package": (
        {"shop/__init__.py": "", "models.py": MODELS, "wsgi.py": "import shop\n"},
        (".",),
        ("models", "shop"),
    ),
    "aside": (
        {
            "shop/__init__.py": "",
            "tests/__init__.py": "",
            "docs/conf.py": "",
            "examples/a.py": "",
            "scripts/load.py": "",
            "migrations/env.py": "",
            "migrations/versions/a.py": "",
            "node_modules/x/__init__.py": "",
            "build/lib/__init__.py": "",
            ".hidden/__init__.py": "",
            "my-env/pyvenv.cfg": "",
            "my-env/lib/__init__.py": "",
        },
        (".",),
        ("shop",),
    ),
    "hatch": (
        {
            "pyproject.toml": "[tool.hatch.build.targets.wheel]\npackages=['lib/shop']\n",
            "lib/shop/__init__.py": "",
            "other/__init__.py": "",
        },
        ("lib",),
        ("shop",),
    ),
    "poetry": (
        {
            "pyproject.toml": "[tool.poetry]\nname='s'\npackages=[{include='shop', from='python'}]\n",
            "python/shop/__init__.py": "",
        },
        ("python",),
        ("shop",),
    ),
    "setuptools find": (
        {
            "pyproject.toml": "[tool.setuptools.packages.find]\nwhere=['code']\ninclude=['shop*']\n",
            "code/shop/__init__.py": "",
            "code/plugins/__init__.py": "",
        },
        ("code",),
        ("shop",),
    ),
    "setup.cfg": (
        {
            "setup.cfg": "[options]\npackage_dir =\n    = code\npackages = find:\n",
            "code/shop/__init__.py": "",
        },
        ("code",),
        ("shop",),
    ),
    "setup.py": (
        {
            "setup.py": "from setuptools import *\nsetup(package_dir={'': 'code'}, packages=find_packages('code'))",
            "code/shop/__init__.py": "",
        },
        ("code",),
        ("shop",),
    ),
    "uv": (
        {
            "pyproject.toml": "[tool.uv.build-backend]\nmodule-name='shop'\nmodule-root=''\n",
            "shop/__init__.py": "",
            "other/__init__.py": "",
        },
        (".",),
        ("shop",),
    ),
    "flit": (
        {"pyproject.toml": "[tool.flit.module]\nname='shop'\n", "shop.py": "", "other.py": ""},
        (".",),
        ("shop",),
    ),
    "pytest's pythonpath": (
        {"pytest.ini": "[pytest]\npythonpath = services/api\n", "services/api/shop/__init__.py": ""},
        (".", "services/api"),
        ("shop",),
    ),
    "a declaration that is wrong": (
        {"pyproject.toml": "[tool.hatch.build.targets.wheel]\npackages=['gone']\n", "shop/__init__.py": ""},
        (".",),
        ("shop",),
    ),
}


@pytest.mark.parametrize(("files", "roots", "packages"), LAYOUTS.values(), ids=LAYOUTS)
def test_layout(write, files, roots, packages):
    found = discover(write(files))
    assert (found.source_roots, found.packages) == (roots, packages)


def test_the_package_the_distribution_is_named_after_comes_first(write):
    files = {
        "pyproject.toml": "[project]\nname='my-shop'\n",
        "admin/__init__.py": "",
        "my_shop/__init__.py": "",
    }
    assert discover(write(files)).packages == ("my_shop", "admin")


def test_the_only_subproject_is_taken(write):
    found = discover(
        write(
            {
                "frontend/package.json": "{}",
                "backend/pyproject.toml": "[project]\nname='api'\ndependencies=['SQLAlchemy']\n",
                "backend/app/__init__.py": "",
                "backend/alembic.ini": "[alembic]\nscript_location = alembic\n",
                "backend/alembic/env.py": "from alembic import context\n",
                "backend/tests/conftest.py": "",
            }
        )
    )
    assert (found.source_roots, found.packages, found.name) == (("backend",), ("app",), "api")
    assert found.dependencies == ("sqlalchemy",)
    assert (found.alembic[0].ini, found.alembic[0].script_location) == (
        "backend/alembic.ini",
        "backend/alembic",
    )
    assert (found.tests_dir, found.tests_conftest) == ("backend/tests", True)
    assert "subproject" in [one.code for one in found.diagnostics]


def test_several_subprojects_are_left_to_the_user(write):
    found = discover(write({"a/pyproject.toml": "", "a/x/__init__.py": "", "b/pyproject.toml": ""}))
    assert found.packages == ()
    assert "several-subprojects" in [one.code for one in found.diagnostics]


def test_an_empty_folder_has_no_package(write):
    found = discover(write({}))
    assert (found.packages, found.name) == ((), "shop")
    assert "no-package" in [one.code for one in found.diagnostics]


def test_a_link_to_its_own_parent_ends(write):
    root = write({"shop/__init__.py": ""})
    (root / "shop" / "again").symlink_to(root)
    assert discover(root).packages == ("shop",)


def test_what_comes_with_the_project_itself(write):
    root = write(
        {
            "pyproject.toml": """
                [project]
                name = "shop"
                dependencies = ["SQLAlchemy[asyncio]>=2"]
                [project.optional-dependencies]
                pg = ["asyncpg"]
                [dependency-groups]
                dev = ["psycopg[binary]"]
            """,
            "requirements.txt": "redis>=5\n",
            "requirements-dev.txt": "pika\n",
        }
    )
    found = discover(root)
    assert {"asyncpg", "psycopg", "pika"} <= set(found.dependencies)
    assert found.runtime == ("greenlet", "redis", "sqlalchemy")


def test_what_comes_with_a_project_of_poetry_s(write):
    root = write(
        {
            "pyproject.toml": """
                [tool.poetry.dependencies]
                python = "^3.11"
                sqlalchemy = "^2"
                [tool.poetry.group.dev.dependencies]
                psycopg = "*"
            """
        }
    )
    assert discover(root).runtime == ("sqlalchemy",)
