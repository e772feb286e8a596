"""A suite that stays green whatever happens to the project would prove nothing: break things, and it has to fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import pytest_in, replace

pytestmark = pytest.mark.e2e

VERSIONS = "migrations/versions"


def column_without_a_migration(demo: Path) -> None:
    replace(
        demo / "bookshop/models/catalogue.py",
        "    biography: Mapped[str | None] = mapped_column(Text)\n",
        "    biography: Mapped[str | None] = mapped_column(Text)\n    born: Mapped[int]\n",
    )


def migration_removed(demo: Path) -> None:
    (demo / VERSIONS / "0003_reviews.py").unlink()


def check_made_tighter(demo: Path) -> None:
    replace(demo / VERSIONS / "0003_reviews.py", '"rating BETWEEN 1 AND 5"', '"rating BETWEEN 6 AND 9"')


def unique_made_tighter(demo: Path) -> None:
    replace(
        demo / VERSIONS / "0003_reviews.py",
        'sa.UniqueConstraint("book_id", "customer_id",',
        'sa.UniqueConstraint("rating",',
    )


def column_made_shorter(demo: Path) -> None:
    replace(
        demo / VERSIONS / "0001_catalogue.py",
        'sa.Column("isbn", sa.String(length=13)',
        'sa.Column("isbn", sa.String(length=2)',
    )


def second_head(demo: Path) -> None:
    script = (demo / VERSIONS / "0003_reviews.py").read_text()
    branch = script.partition("def upgrade")[0].replace('revision = "0003"', 'revision = "0003b"')
    (demo / VERSIONS / "0003b_branch.py").write_text(
        f"{branch}def upgrade() -> None:\n    pass\n\n\ndef downgrade() -> None:\n    pass\n"
    )


@pytest.mark.parametrize(
    ("broken", "failing", "said"),
    [
        (column_without_a_migration, "Author", 'column "born" of relation "authors" does not exist'),
        (migration_removed, "Review", "column books.attributes does not exist"),
        (check_made_tighter, "Review", "ck_reviews_rating_in_range"),
        (unique_made_tighter, "Review", "uq_reviews_book_id_customer_id"),
        (column_made_shorter, "Book", "value too long for type character varying(2)"),
        (second_head, "Author", "ultiple head"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_suite_fails(
    demo: Path, on_a_url: dict[str, str], broken: Callable[[Path], None], failing: str, said: str
) -> None:
    broken(demo)
    chosen = ("-k", f"{failing}] or migrations")
    done = pytest_in(demo, "tests/integration", *chosen, **on_a_url)
    assert done.status == 1, done.text
    bad = {case for case, outcome in done.cases.items() if outcome in ("failed", "error")}
    assert any(case.endswith(f".{failing}]") for case in bad), bad
    assert said in done.out
