"""A project that has things of its own keeps every byte of them; a second `init` writes nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import copy, init, long_row, pytest_in, replace, tcgen, tree, write

pytestmark = pytest.mark.e2e

Sample = Callable[[str], Path]

AUTOUSE = """
    import pytest

    @pytest.fixture(autouse=True)
    def unit_tests_must_not_touch_a_database():
        raise RuntimeError("unit tests only")
"""

COMMENTED = """
# Who changes this asks first.
[dependency-groups]
dev = ["pytest>=8"]  # and nothing else
# the order matters
docs = [
    "zensical",
]
integration = ["psycopg[binary]>=3.2.1"]  # ours
"""

PUBLISHER = """
class Publisher(Base):
    \"\"\"Who prints books.\"\"\"

    __tablename__ = "publishers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
"""

PUBLISHERS = """
    import sqlalchemy as sa
    from alembic import op

    revision = "0004"
    down_revision = "0003"
    branch_labels = None
    depends_on = None


    def upgrade():
        op.create_table(
            "publishers",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("name", sa.String(120), nullable=False, unique=True),
        )


    def downgrade():
        op.drop_table("publishers")
"""


def test_a_conftest_of_its_own_moves_the_suite(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("own")
    own = write(root / "tests/conftest.py", AUTOUSE).read_bytes()
    init(root)
    assert (root / "tests/conftest.py").read_bytes() == own
    assert not (root / "tests/integration").exists()
    done = pytest_in(root, "tests_integration", **on_a_url)
    assert (done.status, done.outcomes(), len(done.cases)) == (0, {"passed"}, 19), done.text
    before = tree(root)
    init(root)
    assert tree(root) == before


def test_pyproject_keeps_comments_order_and_versions(sample: Sample) -> None:
    root = sample("own")
    path = root / "pyproject.toml"
    replace(path, '[dependency-groups]\ndev = ["pytest>=8"]\n', COMMENTED.lstrip())
    before = path.read_text()
    init(root)
    after = path.read_text()
    head, _, tail = before.partition('integration = ["psycopg[binary]>=3.2.1"]  # ours\n')
    assert after.startswith(head)
    assert after.endswith(tail)
    group = after[len(head) : len(after) - len(tail)]
    assert "psycopg[binary]>=3.2.1" in group
    assert group.count("psycopg") == 1
    assert "testcontainers" in group


def test_a_taken_folder_and_a_workflow_of_its_own_are_left_alone(sample: Sample) -> None:
    root = sample("own")
    write(root / "tests/integration/conftest.py", "mine = True\n")
    write(root / ".github/workflows/integration.yml", "name: mine\n")
    before = tree(root)
    done = init(root)
    assert "pytest tests/database" in done.err
    after = tree(root)
    assert {path for path in before if after[path] != before[path]} == {"pyproject.toml"}
    assert "tests/database/conftest.py" in after


def test_a_taken_folder_that_is_asked_for_is_refused(sample: Sample) -> None:
    root = sample("own")
    write(root / "tests/integration/conftest.py", "mine = True\n")
    before = tree(root)
    done = tcgen("init", "--yes", "--dest", "tests/integration", "--python", sys.executable, cwd=root)
    assert done.status == 2
    assert "tests/integration/conftest.py" in done.err
    assert "--dest" in done.err
    assert tree(root) == before


@pytest.mark.parametrize("flag", ["--diff", "--dry-run"])
def test_a_look_beforehand_writes_nothing(sample: Sample, flag: str) -> None:
    root = sample("own")
    before = tree(root)
    done = tcgen("init", flag, "--python", sys.executable, cwd=root)
    assert (done.status, tree(root)) == (1, before)
    assert "tests/integration/conftest.py" in done.text
    assert ("+++ b/tests/integration/conftest.py" in done.out) == (flag == "--diff")


def test_a_second_init_changes_no_byte(demo: Path) -> None:
    before = tree(demo)
    done = init(demo)
    assert tree(demo) == before
    assert "everything is up to date" in done.err
    looked = tcgen("init", "--diff", "--python", sys.executable, cwd=demo)
    assert (looked.status, looked.out) == (0, "")


def test_init_again_adds_a_models_factory_and_keeps_edits(demo: Path, on_a_url: dict[str, str]) -> None:
    factories = demo / "tests/integration/factories"
    edited = factories / "author.py"
    edited.write_text(edited.read_text() + "\n\nMINE = True\n")
    deleted = factories / "review.py"
    deleted.unlink()
    kept = edited.read_bytes()
    catalogue = demo / "bookshop/models/catalogue.py"
    catalogue.write_text(catalogue.read_text() + "\n" + PUBLISHER)
    replace(demo / "bookshop/models/__init__.py", "BookStatus, Category,", "BookStatus, Category, Publisher,")
    write(demo / "migrations/versions/0004_publishers.py", PUBLISHERS)
    before = tree(demo)
    done = init(demo, "--json")
    changed = {path for path, digest in tree(demo).items() if before.get(path) != digest}
    assert changed == {"tests/integration/factories/publisher.py", ".tcgen/answers.yml"}
    kinds = {one["path"]: one["kind"] for one in json.loads(done.out)["changes"]}
    assert kinds["tests/integration/factories/author.py"] == "kept"
    assert kinds["tests/integration/factories/review.py"] == "kept"
    assert (edited.read_bytes(), deleted.exists()) == (kept, False)
    run = pytest_in(demo, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert "bookshop.models.catalogue.Publisher" in run.ids("test_inserts_a_row")
    assert len(run.ids("test_inserts_a_row")) == 8


def test_without_a_pyproject_nothing_is_made_up(sample: Sample) -> None:
    root = sample("own")
    (root / "pyproject.toml").unlink()
    done = init(root)
    assert not (root / "pyproject.toml").exists()
    assert (root / "tests/integration/conftest.py").is_file(), done.text


OTHER_MODELS = """
    from sqlalchemy.dialects.oracle import NUMBER
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    URL = "oracle+oracledb://localhost/boxes"


    class Base(DeclarativeBase):
        pass


    class Box(Base):
        __tablename__ = "box"
        id: Mapped[int] = mapped_column(primary_key=True)
        size: Mapped[int] = mapped_column({type})
"""


@pytest.mark.parametrize("type_", long_row(["NUMBER", ""], ""))
def test_a_project_of_another_database_is_told_so_and_left_alone(tmp_path: Path, type_: str) -> None:
    write(tmp_path / "pyproject.toml", '[project]\nname = "boxes"\nversion = "1"\n')
    write(tmp_path / "boxes/__init__.py", "")
    write(tmp_path / "boxes/models.py", OTHER_MODELS.replace("{type}", type_))
    before = tree(tmp_path)
    done = tcgen("init", "--yes", "--json", "--python", sys.executable, cwd=tmp_path)

    assert done.status == 2, done.text
    error = json.loads(done.out)
    assert error["code"] == "other-database"
    seen = "box.size is its NUMBER" if type_ else "a URL begins with oracle"
    assert f"boxes runs on Oracle ({seen})" in error["message"]
    assert tree(tmp_path) == before

    declared = copy(tmp_path, tmp_path.with_name(f"{tmp_path.name}-declared"))
    replace(declared / "pyproject.toml", 'version = "1"', 'version = "1"\ndependencies = ["psycopg"]')
    init(declared)

    said = init(tmp_path, "--database", "postgresql").err
    assert re.search(r"^  database +PostgreSQL: as --database says +--database$", said, re.MULTILINE)
    assert tcgen("update", "--no-prove", "--python", sys.executable, cwd=tmp_path).status == 0
