"""Alembic is found wherever it lies, in every form of ``script_location``."""

from __future__ import annotations

import pytest

from tcgen.discover import discover
from tcgen.errors import TcgenError

ENV = "from alembic import context\n"


def ini(location: str) -> str:
    return f"[alembic]\nscript_location = {location}\n"


PLACES = {
    "here": (
        {"alembic.ini": ini("%(here)s/migrations"), "migrations/env.py": ENV},
        "alembic.ini",
        "migrations",
    ),
    "relative": ({"alembic.ini": ini("alembic"), "alembic/env.py": ENV}, "alembic.ini", "alembic"),
    "trailing slash": ({"a.ini": ini("%(here)s/mig/"), "mig/env.py": ENV}, "a.ini", "mig"),
    "dotted": (
        {"alembic.ini": ini("./db/migrations"), "db/migrations/env.py": ENV},
        "alembic.ini",
        "db/migrations",
    ),
    "inside the package": (
        {"src/shop/alembic.ini": ini("%(here)s/mig"), "src/shop/mig/env.py": ENV, "src/shop/__init__.py": ""},
        "src/shop/alembic.ini",
        "src/shop/mig",
    ),
    "relative to the ini": (
        {"shop/db/alembic.ini": ini("migrations"), "shop/db/migrations/env.py": ENV},
        "shop/db/alembic.ini",
        "shop/db/migrations",
    ),
    "package": (
        {
            "alembic.ini": ini("shop:migrations"),
            "src/shop/__init__.py": "",
            "src/shop/migrations/env.py": ENV,
        },
        "alembic.ini",
        "src/shop/migrations",
    ),
    "package with dots and colons": (
        {"alembic.ini": ini("shop.db:a:b"), "shop/__init__.py": "", "shop/db/a/b/env.py": ENV},
        "alembic.ini",
        "shop/db/a/b",
    ),
    "an installed package": (
        {"alembic.ini": ini("elsewhere:migrations")},
        "alembic.ini",
        "elsewhere:migrations",
    ),
    "a template": (
        {"db/alembic.ini": ini("{alembic_dir}"), "db/mig/env.py": ENV},
        "db/alembic.ini",
        "db/mig",
    ),
    "beside env.py": ({"mig/alembic.ini": ini("%(here)s"), "mig/env.py": ENV}, "mig/alembic.ini", "mig"),
    "own variables": (
        {"alembic.ini": "[alembic]\nbase = db\nscript_location = %(base)s/m\n", "db/m/env.py": ENV},
        "alembic.ini",
        "db/m",
    ),
    "a stray percent": (
        {"alembic.ini": ini("mig") + "file_template = %%(rev)s\nurl = a%b\n", "mig/env.py": ENV},
        "alembic.ini",
        "mig",
    ),
    "cfg": ({"alembic.cfg": ini("mig"), "mig/env.py": ENV}, "alembic.cfg", "mig"),
    "no ini": ({"shop/alembic/env.py": ENV}, None, "shop/alembic"),
    "pyproject": (
        {"pyproject.toml": "[tool.alembic]\nscript_location='%(here)s/mig'\n", "mig/env.py": ENV},
        None,
        "mig",
    ),
    "pyproject and ini": (
        {
            "pyproject.toml": "[tool.alembic]\nscript_location='%(here)s/mig'\n",
            "alembic.ini": "[alembic]\nsqlalchemy.url = x\n",
            "mig/env.py": ENV,
        },
        "alembic.ini",
        "mig",
    ),
}


@pytest.mark.parametrize(("files", "path", "location"), PLACES.values(), ids=PLACES)
def test_place(write, files, path, location):
    (config,) = discover(write(files)).alembic
    assert (config.ini, config.script_location, config.framework) == (path, location, "")


def test_flask_migrate(write):
    files = {
        "shop/__init__.py": "",
        "migrations/alembic.ini": "[alembic]\n# file_template = x\n",
        "migrations/env.py": "from alembic import context\nfrom flask import current_app\n",
    }
    (config,) = discover(write(files)).alembic
    assert (config.ini, config.script_location, config.framework) == (
        "migrations/alembic.ini",
        "migrations",
        "flask",
    )


def test_root_first_then_the_packages_then_the_nearest(write):
    found = discover(
        write(
            {
                "shop/__init__.py": "",
                "shop/deep/er/alembic.ini": ini("%(here)s"),
                "shop/deep/er/env.py": ENV,
                "aaa/alembic.ini": ini("%(here)s"),
                "aaa/env.py": ENV,
                "alembic.ini": ini("mig"),
                "mig/env.py": ENV,
            }
        )
    )
    assert [one.ini for one in found.alembic] == [
        "alembic.ini",
        "shop/deep/er/alembic.ini",
        "aaa/alembic.ini",
    ]


def test_what_is_no_alembic(write):
    found = discover(
        write(
            {
                "shop/__init__.py": "",
                "shop/env.py": "import os\n",
                "tox.ini": "[tox]\n",
                "tests/alembic.ini": ini("%(here)s"),
                "tests/env.py": ENV,
                ".venv/pyvenv.cfg": "",
                ".venv/alembic/env.py": ENV,
                "venv2/pyvenv.cfg": "",
                "venv2/alembic/env.py": ENV,
            }
        )
    )
    assert found.alembic == ()


def test_an_ini_without_scripts_is_left_out_with_a_word(write):
    found = discover(write({"alembic.ini": ini("gone"), "shop/__init__.py": ""}))
    assert found.alembic == ()
    assert "alembic-no-scripts" in [one.code for one in found.diagnostics]


def test_the_one_asked_for(write):
    root = write(
        {"alembic.ini": ini("mig"), "mig/env.py": ENV, "b/alembic.ini": ini("%(here)s"), "b/env.py": ENV}
    )
    for asked in ("b/alembic.ini", "b", str(root / "b" / "alembic.ini")):
        found = discover(root, alembic_config=asked)
        assert [(one.ini, one.script_location) for one in found.alembic] == [("b/alembic.ini", "b")]


def test_the_one_asked_for_in_pyproject(write):
    root = write({"pyproject.toml": "[tool.alembic]\nscript_location='mig'\n", "mig/env.py": ENV})
    (config,) = discover(root, alembic_config="pyproject.toml").alembic
    assert (config.ini, config.script_location) == (None, "mig")


def test_the_one_asked_for_may_lie_outside(write, tmp_path):
    root = write({"shop/__init__.py": ""})
    outside = tmp_path.resolve() / "installed"
    (outside / "mig").mkdir(parents=True)
    (outside / "alembic.ini").write_text(ini("%(here)s/mig"))
    (outside / "mig" / "env.py").write_text(ENV)
    (config,) = discover(root, alembic_config=str(outside / "alembic.ini")).alembic
    assert config.ini == (outside / "alembic.ini").as_posix()
    assert config.script_location == (outside / "mig").as_posix()


@pytest.mark.parametrize("asked", ["gone.ini", "shop"])
def test_the_one_asked_for_is_missing(write, asked):
    with pytest.raises(TcgenError) as caught:
        discover(write({"shop/__init__.py": ""}), alembic_config=asked)
    assert caught.value.code == "alembic-config-not-found"
    assert asked in caught.value.message
