"""What an update makes of models that came, changed, went or have another name."""

from __future__ import annotations

from pathlib import Path

import pytest
from update_support import (
    FACTORIES,
    Row,
    field,
    kinds,
    prepared,
    renamed,
    row_of,
    rows,
    small,
    start,
    tree,
    updated,
    without,
)

from tcgen.update.run import conflicts, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return start(tmp_path / "shop", small())


def changed(slug: str, *more: Row) -> list[Row]:
    plan = small()
    row_of(plan, slug)["fields"] += more
    return plan


def test_nothing_changed(root: Path) -> None:
    before = tree(root)
    assert prepared(root, small()).changes == ()
    updated(root, small())
    assert tree(root) == before


def test_a_new_model(root: Path) -> None:
    plan = [*small(), row_of(rows(), "book")]
    assert kinds(updated(root, plan)) == {f"{FACTORIES}/book.py": "create"}
    assert tree(root) == tree(start(root.parent / "fresh", plan))
    assert prepared(root, plan).changes == ()


def test_a_removed_model(root: Path) -> None:
    assert kinds(updated(root, without(small(), "author"))) == {f"{FACTORIES}/author.py": "delete"}


def test_a_removed_model_whose_factory_was_edited(root: Path) -> None:
    place = root / FACTORIES / "author.py"
    place.write_text(place.read_text() + "\n    mine = 1\n")
    edited = place.read_text()
    found = updated(root, without(small(), "author"))
    assert [one.path for one in found.left_over] == [f"{FACTORIES}/author.py.kept"]
    assert kinds(found) == {f"{FACTORIES}/author.py": "delete", f"{FACTORIES}/author.py.kept": "create"}
    assert (root / FACTORIES / "author.py.kept").read_text() == edited
    assert not place.exists()  # nothing in the suite may import a class that is gone
    assert updated(root, without(small(), "author")).changes == ()


def test_a_model_that_comes_back_and_goes_again(root: Path) -> None:
    place = root / FACTORIES / "author.py"
    for number in ("1", "2"):
        place.write_text(place.read_text() + f"\n    mine = {number}\n")
        updated(root, without(small(), "author"))
        updated(root, small())
    assert "mine" not in place.read_text()
    kept = [(root / FACTORIES / f"author.py.kept{end}").read_text()[-2] for end in ("", "1")]
    assert kept == ["1", "2"]


def test_a_changed_column(root: Path) -> None:
    plan = changed("author", field("born", "1900"))
    assert kinds(updated(root, plan)) == {f"{FACTORIES}/author.py": "update"}
    assert "    born = 1900\n" in (root / FACTORIES / "author.py").read_text()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_edits_beside_what_changed(root: Path, end: str) -> None:
    place = root / FACTORIES / "author.py"
    mine = "\n    @classmethod\n    def signed(cls) -> None:\n        ...\n"
    place.write_bytes((place.read_text() + mine).replace("\n", end).encode())
    assert kinds(updated(root, changed("author", field("born", "1900")))) == {
        f"{FACTORIES}/author.py": "merge"
    }
    merged = place.read_bytes().decode()
    assert f"    born = 1900{end}" in merged
    assert merged.endswith(mine.replace("\n", end))


def test_a_conflict_and_the_run_after_it(root: Path) -> None:
    place = root / FACTORIES / "author.py"
    place.write_text(place.read_text() + "    born = 1\n")
    plan = changed("author", field("born", "2"))
    found = updated(root, plan)
    (where,) = conflicts(found)
    line = int(where.rpartition(":")[2])
    assert where.startswith(f"{FACTORIES}/author.py:")
    assert place.read_text().splitlines()[line - 1 : line + 4] == [
        "<<<<<<< before updating",
        "    born = 1",
        "=======",
        "    born = 2",
        ">>>>>>> after updating",
    ]
    before = tree(root)
    assert updated(root, plan).changes == ()
    assert tree(root) == before


def test_a_conflict_in_a_rej_file(root: Path) -> None:
    place = root / FACTORIES / "author.py"
    place.write_text(place.read_text() + "    born = 1\n")
    found = prepared(root, changed("author", field("born", "2")))
    write(found, "rej")
    assert conflicts(found, "rej") == [f"{FACTORIES}/author.py.rej"]
    assert place.read_text().endswith("    born = 2\n")
    rejected = place.with_name("author.py.rej").read_text()
    assert rejected.startswith(
        f"diff a/{FACTORIES}/author.py b/{FACTORIES}/author.py\t(rejected hunks)\n@@ -"
    )
    assert rejected.endswith("+    born = 1\n")


def test_rejected_lines_of_two_updates_are_both_kept(root: Path) -> None:
    place = root / FACTORIES / "author.py"
    for value in ("1", "3"):
        place.write_text(
            place.read_text().replace("born = 2", "born = 3")
            if value == "3"
            else place.read_text() + "    born = 1\n"
        )
        write(prepared(root, changed("author", field("born", str(int(value) + 1)))), "rej")
    rejected = place.with_name("author.py.rej").read_text()
    assert "+    born = 1\n" in rejected
    assert "+    born = 3\n" in rejected


def test_deleted_files_stay_deleted(root: Path) -> None:
    for path in (f"{FACTORIES}/author.py", "tests/integration/conftest.py"):
        (root / path).unlink()
    updated(root, changed("author", field("born", "2")))
    assert not (root / FACTORIES / "author.py").exists()
    assert not (root / "tests/integration/conftest.py").exists()


@pytest.mark.parametrize("table", [None, "writers"], ids=["same-table", "same-columns"])
def test_edits_move_with_a_renamed_model(root: Path, table: str | None) -> None:
    place = root / FACTORIES / "author.py"
    place.write_text(place.read_text() + "\n    mine = 1\n")
    plan = small()
    old = row_of(plan, "author")
    old["fields"] += [field("a", "1"), field("b", "2")]
    updated(root, plan)
    plan[plan.index(old)] = renamed(old, "Writer", "writer", table)
    found = updated(root, plan)
    assert kinds(found) == {f"{FACTORIES}/writer.py": "merge", f"{FACTORIES}/author.py": "delete"}
    text = (root / FACTORIES / "writer.py").read_text()
    assert "class WriterFactory(ModelFactory[Writer]):" in text
    assert text.endswith("    mine = 1\n")
    assert not place.exists()


def test_a_file_that_was_renamed_by_hand_first(root: Path) -> None:
    place = root / FACTORIES / "author.py"
    place.write_text(place.read_text() + "\n    mine = 1\n")
    place.rename(place.with_name("writer.py"))
    plan = small()
    plan[plan.index(row_of(plan, "author"))] = renamed(row_of(plan, "author"), "Writer", "writer")
    assert kinds(updated(root, plan)) == {f"{FACTORIES}/writer.py": "merge"}
    assert "ModelFactory[Writer]" in place.with_name("writer.py").read_text()
    assert not place.exists()


def test_a_file_of_the_users_own_where_a_new_one_belongs(root: Path) -> None:
    place = root / FACTORIES / "book.py"
    place.write_text("# mine\n")
    found = updated(root, [*small(), row_of(rows(), "book")])
    assert kinds(found)[f"{FACTORIES}/book.py"] == "conflict"
    assert place.read_text().startswith("<<<<<<< before updating\n# mine\n=======\n")


def test_a_ci_file_that_was_there_before_tcgen(root: Path) -> None:
    (place,) = (root / ".github").rglob("*.yml")
    plan = small()
    plan[0] |= {"python_versions": ["3.14"]}
    mine = "name: mine\non: push\njobs:\n  lint:\n    runs-on: ubuntu-latest\n"
    place.write_text(mine)
    updated(root, plan)
    assert place.read_text() == mine


def test_a_ci_file_that_was_edited(root: Path) -> None:
    (place,) = (root / ".github").rglob("*.yml")
    place.write_text(place.read_text().replace("timeout-minutes: 30", "timeout-minutes: 60"))
    plan = small()
    plan[0] |= {"python_versions": ["3.14"]}
    updated(root, plan)
    assert "timeout-minutes: 60" in place.read_text()
    assert '"3.14"' in place.read_text()


def test_another_folder_takes_the_edits_along(root: Path) -> None:
    (root / FACTORIES / "author.py").write_text(
        (root / FACTORIES / "author.py").read_text() + "    mine = 1\n"
    )
    plan = small()
    plan[0] |= {"dest": "checks", "root_levels": 1}
    found = updated(root, plan)
    assert kinds(found)["checks/factories/author.py"] in ("create", "merge")
    assert (root / "checks/factories/author.py").read_text().endswith("    mine = 1\n")
    assert not (root / "tests/integration").exists()


def test_the_dependency_group(root: Path) -> None:
    plan = small()
    listed = plan[0]["requirements"]
    own = [*listed[1:], "pytest==8.4"]  # the first deleted, one of the user's own
    lines = "".join(f'  "{one}", # why\n' for one in own)
    (root / "pyproject.toml").write_text(f"[dependency-groups]\nintegration = [\n{lines}]\n")
    gone, kept = listed[1], listed[2:]
    plan[0] |= {"requirements": [listed[0], *kept[:-1], kept[-1] + ".1", "redis>=5"]}
    updated(root, plan)
    text = (root / "pyproject.toml").read_text()
    assert listed[0] not in text
    assert gone not in text
    assert f'"{kept[-1]}.1", # why' in text
    assert '"pytest==8.4", # why' in text
    assert '"redis>=5"' in text
