"""Projects with several databases: each is found, migrated, and has fixtures and factories of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from e2e_support import NO_DOCKER, PROJECTS, copy, env_py, init, pytest_in, replace, tcgen, write

pytestmark = pytest.mark.e2e

CATALOG = """
    from sqlalchemy import ForeignKey, String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Product(Base):
        __tablename__ = "product"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(30), unique=True)

    class Account(Base):
        __tablename__ = "account"
        id: Mapped[int] = mapped_column(primary_key=True)
        email: Mapped[str] = mapped_column(String(60), unique=True)

    class Review(Base):
        __tablename__ = "review"
        id: Mapped[int] = mapped_column(primary_key=True)
        product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
        stars: Mapped[int]
"""
LEDGER = """
    from sqlalchemy import CheckConstraint, ForeignKey, String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Account(Base):
        __tablename__ = "account"
        __table_args__ = (CheckConstraint("balance >= 100", name="balance_is_enough"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        iban: Mapped[str] = mapped_column(String(34), unique=True)
        balance: Mapped[int]

    class Booking(Base):
        __tablename__ = "booking"
        id: Mapped[int] = mapped_column(primary_key=True)
        account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
        text: Mapped[str | None] = mapped_column(String(60))
"""
REVISION = """
    import sqlalchemy as sa
    from alembic import op
    from shop.{name}.models import Base

    revision, down_revision = "{name}1", None

    def upgrade():
        Base.metadata.create_all(op.get_bind()){more}

    def downgrade():
        Base.metadata.drop_all(op.get_bind())
"""
# what the models do not say
NOT_NULL = """
        with op.batch_alter_table("booking") as batch:
            batch.alter_column("text", existing_type=sa.String(60), nullable=False)
"""
OWN_TESTS = """
    import pytest
    from sqlalchemy import func, inspect, select

    from shop.catalog.models import Account, Product
    from shop.ledger.models import Account as LedgerAccount
    from shop.ledger.models import Booking

    from .factories.account import AccountFactory
    from .factories.product import ProductFactory
    from .ledger.factories.booking import BookingFactory


    def rows(session, model):
        return session.scalar(select(func.count()).select_from(model))


    @pytest.mark.parametrize("time", ["first", "second"])
    def test_each_row_is_in_its_own_database_and_gone_in_the_next_test(db_session, ledger_session, time):
        assert (rows(db_session, Account), rows(ledger_session, LedgerAccount)) == (0, 0)
        AccountFactory.create_sync()
        BookingFactory.create_batch_sync(2)
        db_session.commit()
        ledger_session.commit()
        ledger_session.rollback()
        assert (rows(db_session, Account), rows(ledger_session, LedgerAccount)) == (1, 2)


    def test_the_databases_are_two(engine, ledger_engine):
        assert engine.url != ledger_engine.url
        assert not inspect(engine).has_table("booking")
        assert not inspect(ledger_engine).has_table("product")


    @pytest.mark.parametrize("time", ["first", "second"])
    def test_commits_are_real_and_gone_in_the_next_test(committed_ledger, committed_db, time):
        with committed_ledger.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(Booking)) == 0
        BookingFactory.create_sync()
        ProductFactory.create_sync()
        with committed_ledger.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(Booking)) == 1
        with committed_db.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(Product)) == 1


    def test_no_row_without_its_session(db_session):
        with pytest.raises(LookupError, match="ledger_session"):
            BookingFactory.create_sync()
"""
URLS = {
    "postgresql": "postgresql+psycopg://nobody@127.0.0.1:1/{name}",
    "sqlite": "sqlite:///{name}.db",
    "mariadb": "mysql+pymysql://nobody@127.0.0.1:1/{name}",
}
DRIVERS = {"postgresql": "psycopg[binary]", "sqlite": "", "mariadb": "pymysql"}
FIRST = [
    "postgresql",
    pytest.param("sqlite", marks=pytest.mark.matrix),
    pytest.param("mariadb", marks=pytest.mark.engine),
]


def project(root: Path, name: str, *dependencies: str) -> None:
    """Write what is no model's matter."""
    needed = ", ".join(f'"{one}"' for one in dependencies if one)
    about = f'name = "{name}"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = [{needed}]\n'
    write(root / "pyproject.toml", f"[project]\n{about}")
    write(root / name / "__init__.py", "")


def shop(root: Path, dialect: str, ledger: str = "") -> Path:
    project(root, "shop", "alembic", DRIVERS[dialect])
    for name, models, on in (("catalog", CATALOG, dialect), ("ledger", LEDGER, ledger or dialect)):
        url = URLS[on].format(name=name)
        scripts = f"shop/{name}/migrations"
        write(
            root / f"{name}.ini",
            f"[alembic]\nscript_location = {scripts}\nprepend_sys_path = .\npath_separator = os\nsqlalchemy.url = {url}\n",
        )
        write(root / f"shop/{name}/__init__.py", "")
        write(root / f"shop/{name}/models.py", models)
        write(root / scripts / "env.py", env_py(f"shop.{name}.models"))
        revision = REVISION.format(name=name, more=NOT_NULL if name == "ledger" else "")
        write(root / scripts / "versions/0001.py", revision)
    return root


@pytest.mark.parametrize("dialect", FIRST)
def test_two_histories(tmp_path: Path, dialect: str, request: pytest.FixtureRequest) -> None:
    settings = {**NO_DOCKER, "TEST_DATABASE": "embedded"} if dialect != "sqlite" else NO_DOCKER
    if dialect == "mariadb":
        settings = {"TEST_DATABASE": request.getfixturevalue("mariadb")}
    root = shop(tmp_path, dialect)

    done = init(root, "--database", dialect, prove=True, **settings)
    assert "proved 5 classes, repaired 0, left 0" in done.text
    assert "ledger: a database beside catalog, since it has migrations of its own" in done.text
    assert (
        "tests/integration/ledger/test_migrations.py lists what is known" in done.text
    )  # NOT NULL is no model's word
    write(root / "tests/integration/test_own.py", OWN_TESTS)
    ran = pytest_in(root, "tests", "-n", "2", **settings)
    assert (ran.status, ran.outcomes(), len(ran.cases)) == (0, {"passed"}, 16 + 6), ran.text


OF_BOTH = """
    import pytest
    from bank.ledger.models import Booking
    from sqlalchemy import func, select

    from .factories.device import DeviceFactory
    from .ledger.factories.booking import BookingFactory


    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", ["first", "second"])
    async def test_rows_of_both(async_db_session, async_ledger_session, time):
        await DeviceFactory.create_async()
        await BookingFactory.create_async()
        await async_ledger_session.commit()
        assert await async_ledger_session.scalar(select(func.count()).select_from(Booking)) == 1
"""


DAYS = """
    import sqlalchemy as sa
    from alembic import op

    revision, down_revision = "0002", "0001"

    def upgrade():
        for name in ("opening", "closing"):
            op.create_table(name, sa.Column("id", sa.Integer, primary_key=True))

    def downgrade():
        for name in ("opening", "closing"):
            op.drop_table(name)
"""


def test_a_file_beside_a_server(tmp_path: Path) -> None:
    settings = {**NO_DOCKER, "TEST_DATABASE": "embedded"}
    root = shop(tmp_path, "postgresql", ledger="sqlite")
    python = ("--yes", "--no-prove", "--python", sys.executable)
    for flag, said in (
        ("nope=sqlite", "there is no database nope"),
        ("ledger=mysql", "a suite has one server, here PostgreSQL's, and SQLite's files"),
        ("ledger=oracle", "tcgen writes suites for PostgreSQL, MySQL, MariaDB and SQLite, none for Oracle"),
    ):
        done = tcgen("init", *python, "--database", flag, cwd=root)
        assert (done.status, said in done.err) == (2, True), done.text
    assert not (root / "tests").exists()

    done = init(root, prove=True, **settings)
    assert "proved 5 classes, repaired 0, left 0" in done.text
    write(root / "tests/integration/test_own.py", OWN_TESTS)
    # what lies elsewhere than in the system's temporary folder is the suite's own too
    ran = pytest_in(root, "tests", "-n", "2", f"--basetemp={root / 'scratch'}", **settings)
    assert (ran.status, ran.outcomes(), len(ran.cases)) == (0, {"passed"}, 16 + 6), ran.text
    assert 'URL.create("sqlite"' in (root / "tests/integration/sqlite.py").read_text()
    marked = pytest_in(root, "tests", "-m", "sqlite and not postgres", "--collect-only", "-q", **settings)
    assert "ledger/test_migrations.py::test_models_are_migrated" in marked.out
    assert "integration/test_factories.py" not in marked.out

    again = tcgen("init", *python, "--database", "ledger=postgresql", cwd=root)
    assert again.status == 0, again.text
    assert not (root / "tests/integration/sqlite.py").exists()
    assert "everything is up to date" in tcgen("update", *python[1:], cwd=root).text


@pytest.mark.matrix
def test_an_asynchronous_one_and_its_update(tmp_path: Path) -> None:
    settings = {**NO_DOCKER, "TEST_DATABASE": "embedded"}
    root = copy(PROJECTS / "bank", tmp_path / "bank")
    init(root)
    write(root / "tests/integration/test_own.py", OF_BOTH)
    accounts, models = root / "tests/integration/ledger/factories/account.py", root / "bank/ledger/models.py"
    replace(accounts, "iban-", "de-")
    more = "\n\nclass Closing(Base):\n    __tablename__ = 'closing'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    # with these most models are in this one
    models.write_text(
        models.read_text() + more + more.replace("Closing", "Opening").replace("closing", "opening")
    )
    write(root / "bank/ledger/migrations/versions/0002_days.py", DAYS)
    updated = tcgen("update", "--python", sys.executable, cwd=root, **settings)
    assert updated.status == 0, updated.text
    assert accounts.with_name("closing.py").is_file()
    assert "de-" in accounts.read_text()
    ran = pytest_in(root, "tests", **settings)
    assert (ran.status, ran.outcomes(), len(ran.cases)) == (0, {"passed"}, 21 + 2), ran.text
    assert (
        "everything is up to date" in tcgen("update", "--python", sys.executable, cwd=root, **settings).text
    )


BINDS = """
    from sqlalchemy import MetaData
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Audited(DeclarativeBase):
        metadata = MetaData(info={"bind_key": "audit"})

    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Entry(Audited):
        __tablename__ = "entry"
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str | None]
"""
OF_BINDS = """
    import sqlalchemy as sa
    from alembic import op

    revision, down_revision = "1", None

    def upgrade(engine_name):
        globals()[f"upgrade_{engine_name}"]()

    def upgrade_():
        op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))

    def upgrade_audit():
        op.create_table(
            "entry", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.String, nullable=False)
        )
"""


@pytest.mark.matrix
def test_migrations_that_are_told_which_bind_it_is(tmp_path: Path) -> None:
    settings = {**NO_DOCKER, "TEST_DATABASE": "embedded"}
    project(tmp_path, "shop", "psycopg[binary]")
    write(tmp_path / "shop/models.py", BINDS)
    write(tmp_path / "migrations/alembic.ini", "[alembic]\n")
    # as Flask-Migrate's, which takes the running application
    write(tmp_path / "migrations/env.py", "from alembic import context\nfrom flask import current_app\n")
    write(tmp_path / "migrations/versions/1.py", OF_BINDS)
    done = init(tmp_path, prove=True, **settings)
    assert "proved 2 classes, repaired 0, left 0" in done.text
    # each of the two histories made its own table, NOT NULL as only a script says
    assert (
        "migrations-fail" not in done.text
        and "the database demands more than the models of entry" in done.text
    )
    ran = pytest_in(tmp_path, "tests", **settings)
    assert (ran.status, ran.outcomes(), len(ran.cases)) == (0, {"passed"}, 8), ran.text


TENANTS = """
    from sqlalchemy import ForeignKey, String, select
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

    class Base(DeclarativeBase):
        pass

    class Tenant(Base):
        __tablename__ = "tenant"
        __table_args__ = {"schema": "shared"}
        id: Mapped[int] = mapped_column(primary_key=True)
        schema_name: Mapped[str] = mapped_column(String(40), unique=True)

    class Contact(Base):
        __tablename__ = "contact"
        __table_args__ = {"schema": "each"}
        id: Mapped[int] = mapped_column(primary_key=True)
        tenant_id: Mapped[int] = mapped_column(ForeignKey("shared.tenant.id"))
        name: Mapped[str] = mapped_column(String(40))

    def names(engine, schema):
        with Session(engine.execution_options(schema_translate_map={"each": schema})) as session:
            return list(session.scalars(select(Contact.name)))
"""
OF_TENANTS = """
    from crm.models import Contact, names
    from sqlalchemy import inspect
    from sqlalchemy.orm import Session

    from .factories.contact import ContactFactory
    from .factories.tenant import TenantFactory
    from .tenants import create_tenant, working_for


    def test_the_application_sees_the_rows_of_one(db_connection, tenant):
        acme = TenantFactory.create_sync()
        with tenant("acme"):
            ContactFactory.create_sync(name="Ann", tenant_id=acme.id)
        with tenant("other"):
            ContactFactory.create_sync(name="Bob")
        assert names(db_connection, "acme") == ["Ann"]


    def test_its_schema_is_gone_with_the_test(db_connection):
        assert inspect(db_connection).get_schema_names() == ["each", "information_schema", "public", "shared"]


    def test_real_commits(committed_db):
        with committed_db.begin() as connection:
            create_tenant(connection, "acme")
            with working_for(connection, "acme"), Session(connection) as session:
                session.add(TenantFactory.build(id=1))
                session.flush()
                session.add(Contact(tenant_id=1, name="Ann"))
                session.commit()
        assert names(committed_db, "acme") == ["Ann"]


    def test_they_are_emptied_too(committed_db):
        with committed_db.begin() as connection:
            create_tenant(connection, "acme")
        assert names(committed_db, "acme") == []
"""


def test_schemas_of_tenants(tmp_path: Path) -> None:
    settings = {**NO_DOCKER, "TEST_DATABASE": "embedded"}
    project(tmp_path, "crm", "psycopg[binary]")
    write(tmp_path / "crm/models.py", TENANTS)
    init(tmp_path)
    write(tmp_path / "tests/integration/test_own.py", OF_TENANTS)
    ran = pytest_in(tmp_path, "tests", **settings)
    assert (ran.status, ran.outcomes(), len(ran.cases)) == (0, {"passed"}, 4 + 1 + 4), ran.text
