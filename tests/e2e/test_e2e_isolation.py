"""What the fixtures promise to hand-written tests, proved by tests a user would put beside the generated ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import pytest_in, write

pytestmark = pytest.mark.e2e

SESSIONS = """
    from concurrent.futures import ThreadPoolExecutor

    import pytest
    from sqlalchemy import create_engine, func, select, text
    from sqlalchemy.exc import IntegrityError
    from sqlalchemy.orm import Session

    from bookshop.models import Author, BookStatus, Category
    from bookshop.orders import copies_sold, place_order

    from .factories import all_factories

    factories = {factory.__name__: factory for factory in all_factories()}
    AuthorFactory, BookFactory = factories["AuthorFactory"], factories["BookFactory"]
    CategoryFactory, CustomerFactory = factories["CategoryFactory"], factories["CustomerFactory"]

    def authors(session):
        return session.scalar(select(func.count()).select_from(Author))

    @pytest.mark.parametrize("time", ["first", "second"])
    def test_commit_is_seen_here_and_gone_in_the_next_test(db_session, time):
        assert authors(db_session) == 0
        db_session.add(Author(name="A"))
        db_session.commit()
        db_session.add(Author(name="B"))
        db_session.commit()
        assert authors(db_session) == 2

    def test_commit_is_not_seen_by_another_connection(db_session, database_url):
        db_session.add(Author(name="A"))
        db_session.commit()
        with Session(create_engine(database_url)) as other:
            assert authors(other) == 0

    def test_rollback_takes_back_to_the_last_commit(db_session):
        db_session.add(Author(name="kept"))
        db_session.commit()
        db_session.add(Author(name="lost"))
        db_session.flush()
        db_session.rollback()
        assert db_session.scalars(select(Author.name)).all() == ["kept"]

    def test_a_failed_flush_can_be_rolled_back(db_session):
        CategoryFactory.create_sync(slug="same")
        db_session.commit()
        with pytest.raises(IntegrityError):
            CategoryFactory.create_sync(slug="same")
        db_session.rollback()
        assert db_session.scalar(select(func.count()).select_from(Category)) == 1

    def test_after_a_rollback_nothing_is_left(db_session):
        assert authors(db_session) == 0

    def test_application_code_that_commits(db_session):
        book = BookFactory.create_sync(status=BookStatus.AVAILABLE)
        place_order(db_session, CustomerFactory.create_sync(), [(book, 3)])
        db_session.expire_all()
        assert copies_sold(db_session, book) == 3

    @pytest.mark.parametrize("time", ["first", "second"])
    def test_committed_rows_are_real_and_gone_in_the_next_test(committed_db, time):
        with Session(committed_db) as session:
            assert authors(session) == 0
            session.add(Author(name="A"))
            session.commit()

        def look_from_elsewhere():
            with Session(create_engine(committed_db.url)) as other:
                return authors(other)

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(look_from_elsewhere).result() == 1

    def test_committed_rows_with_foreign_keys_go_too(committed_db):
        with Session(committed_db) as session:
            parent = Category(slug="a", name="A")
            session.add(Category(slug="b", name="B", parent=parent))
            session.commit()

    def test_factories_commit_to_it_and_then_to_the_other(committed_db, request):
        book = BookFactory.create_sync()
        with Session(committed_db) as session:
            assert session.get(type(book), book.id).category_id == book.category_id
        session = request.getfixturevalue("db_session")
        CategoryFactory.create_sync()
        assert session.scalar(select(func.count()).select_from(Category)) == 1
        with Session(committed_db) as session:
            assert session.scalar(select(func.count()).select_from(Category)) == 1

    def test_a_transaction_of_the_tests_own_is_left_open(db_session):
        with db_session.begin():
            AuthorFactory.create_sync()
            db_session.add(Author(name="A"))
        assert authors(db_session) == 2
        with db_session.begin_nested() as point:
            AuthorFactory.create_sync()
            point.rollback()
        assert authors(db_session) == 2

    def test_after_committed_rows_both_databases_are_clean(committed_db, db_session):
        with Session(committed_db) as session:
            assert session.scalar(select(func.count()).select_from(Category)) == 0
        assert db_session.scalar(select(func.count()).select_from(Category)) == 0
        assert committed_db.url.database != db_session.get_bind().engine.url.database
"""

OVERRIDES = """
    from decimal import Decimal

    from sqlalchemy import func, select

    from bookshop.models import Book, BookStatus, Category, Review

    from .factories import all_factories

    factories = {factory.__name__: factory for factory in all_factories()}
    BookFactory, CategoryFactory = factories["BookFactory"], factories["CategoryFactory"]
    OrderLineFactory, ReviewFactory = factories["OrderLineFactory"], factories["ReviewFactory"]

    def count(session, model):
        return session.scalar(select(func.count()).select_from(model))

    def test_an_object_is_used_instead_of_a_new_parent(db_session):
        category = CategoryFactory.create_sync(name="Poetry")
        book = BookFactory.create_sync(category=category)
        assert (book.category_id, book.category.name) == (category.id, "Poetry")
        assert count(db_session, Category) == 1

    def test_a_key_is_used_instead_of_a_new_parent(db_session):
        category = CategoryFactory.create_sync()
        book = BookFactory.create_sync(category_id=category.id)
        assert book.category is category
        assert count(db_session, Category) == 1

    def test_a_batch_shares_what_is_given(db_session):
        category = CategoryFactory.create_sync()
        books = BookFactory.create_batch_sync(3, price=Decimal("9.99"), category=category)
        db_session.expire_all()
        assert [book.price for book in books] == [Decimal("9.99")] * 3
        assert len({book.isbn for book in books}) == 3
        assert (count(db_session, Book), count(db_session, Category)) == (3, 1)

    def test_nullable_columns_can_be_given(db_session):
        parent = CategoryFactory.create_sync()
        assert CategoryFactory.create_sync().parent is None
        assert CategoryFactory.create_sync(parent=parent).parent_id == parent.id

    def test_a_composite_key_can_be_given(db_session):
        first = OrderLineFactory.create_sync(line_no=1)
        second = OrderLineFactory.create_sync(line_no=2, order_id=first.order_id, book_id=first.book_id)
        db_session.expire_all()
        assert [line.line_no for line in first.order.lines] == [1, 2]
        assert (count(db_session, Book), second.book_id) == (1, first.book_id)

    def test_many_to_many_can_be_given(db_session):
        authors = factories["AuthorFactory"].create_batch_sync(2)
        book = BookFactory.create_sync(authors=authors)
        db_session.expire_all()
        assert {author.id for author in book.authors} == {author.id for author in authors}

    def test_defaults_of_the_database_apply(db_session):
        book = BookFactory.create_sync()
        db_session.refresh(book)
        assert book.attributes == {}
        assert BookFactory.create_sync(attributes={"pages": 9}).attributes == {"pages": 9}

    def test_build_needs_no_session():
        book = BookFactory.build(title="T", status=BookStatus.ANNOUNCED)
        assert (book.title, book.status, book.id) == ("T", BookStatus.ANNOUNCED, None)
        assert len({book.isbn for book in BookFactory.batch(30)}) == 30
        assert 1 <= ReviewFactory.build(book_id=1, customer_id=1).rating <= 5
"""

SEED = """
    import sqlalchemy as sa
    from alembic import op

    revision = "0004"
    down_revision = "0003"
    branch_labels = None
    depends_on = None


    def upgrade():
        op.execute("INSERT INTO categories (slug, name) VALUES ('unsorted', 'Unsorted')")


    def downgrade():
        op.execute("DELETE FROM categories")
"""

SEEDED = """
    import pytest
    from sqlalchemy import delete, select
    from sqlalchemy.orm import Session

    from bookshop.models import Category

    slugs = select(Category.slug)

    @pytest.mark.parametrize("time", ["first", "second"])
    def test_there_for_a_session_that_deletes_it(db_session, time):
        assert db_session.scalars(slugs).all() == ["unsorted"]
        db_session.execute(delete(Category))
        db_session.commit()

    @pytest.mark.parametrize("time", ["first", "second"])
    def test_there_for_commits_that_delete_it(committed_db, time):
        with Session(committed_db) as session:
            assert session.scalars(slugs).all() == ["unsorted"]
            session.execute(delete(Category))
            session.add(Category(slug="mine", name="Mine"))
            session.commit()
"""


def test_sessions_and_overrides(demo: Path, on_a_url: dict[str, str]) -> None:
    write(demo / "tests/integration/test_sessions.py", SESSIONS)
    write(demo / "tests/integration/test_overrides.py", OVERRIDES)
    strict = ("-W", "error::sqlalchemy.exc.SAWarning")
    done = pytest_in(demo, "tests/integration", *strict, **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 19 + 13 + 8


def test_rows_of_migrations_are_there_for_every_test(demo: Path, on_a_url: dict[str, str]) -> None:
    write(demo / "migrations/versions/0004_seed.py", SEED)
    write(demo / "tests/integration/test_seeded.py", SEEDED)
    done = pytest_in(demo, "tests/integration", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 19 + 4


NO_VALUE = """
    import pytest
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import OperationalError, ProgrammingError
    from sqlalchemy.orm import Session

    from .explain import explained
    from .factories.author import AuthorFactory
    from .factories.base import ModelFactory

    def test_a_connection_that_is_refused(monkeypatch):
        engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/x_test")
        monkeypatch.setattr(ModelFactory, "__session__", Session(engine))
        with pytest.raises(OperationalError, match="refused"), explained(AuthorFactory):
            AuthorFactory.create_sync()

    @pytest.mark.parametrize(
        ("statements", "said"),
        [
            ("DROP TABLE authors CASCADE", "UndefinedTable"),
            ("ALTER TABLE authors RENAME name TO called", "UndefinedColumn"),
            (
                "CREATE ROLE of_one_test; GRANT ALL ON ALL TABLES IN SCHEMA public TO of_one_test;"
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO of_one_test;"
                "ALTER TABLE authors ENABLE ROW LEVEL SECURITY; SET LOCAL ROLE of_one_test",
                "row-level security policy",
            ),
        ],
    )
    def test_a_table_a_column_or_a_policy(db_session, statements, said):
        for statement in statements.split(";"):
            db_session.execute(text(statement))
        with pytest.raises(ProgrammingError, match=said), explained(AuthorFactory):
            AuthorFactory.create_sync()

    def test_a_value(db_session):
        with pytest.raises(pytest.fail.Exception, match="name refused by"), explained(AuthorFactory):
            AuthorFactory.create_sync(name=None)
"""


def test_only_a_value_is_called_refused(demo: Path, on_a_url: dict[str, str]) -> None:
    write(demo / "tests/integration/test_no_value.py", NO_VALUE)
    done = pytest_in(demo, "tests/integration/test_no_value.py", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 5
