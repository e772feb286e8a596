"""Who is compared: each with a conftest as its own documentation shows it, below `recipes/`, and the same tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Literal

HEAD = """\
import pytest
{imports}

@pytest.mark.parametrize("number", range({count}))
{define} test_row({fixture}, number):
    {row}


{define} test_nothing_is_left({fixture}):
    {left}
"""
ORM = "from shop.models import Table0\nfrom sqlalchemy import select\nfrom sqlalchemy.orm import Session\n"
INSERT = "INSERT INTO table_0 (id, name) VALUES (1, 'one')"
NOTHING = "assert not {session}.scalars(select(Table0)).all()"


@dataclass(frozen=True)
class Body:
    """The same test for one kind of fixture.

    Attributes:
        row: Inserts the row whose key is 1, and so fails where the row of an earlier test is still there.
        left: Asserts that the table is empty.
    """

    imports: str
    row: str
    left: str


BODIES = {
    "session": Body(
        ORM,
        '{fixture}.add(Table0(id=1, name="one"))\n    {fixture}.commit()',
        NOTHING.format(session="{fixture}"),
    ),
    "engine": Body(
        ORM,
        'with Session({fixture}) as session:\n        session.add(Table0(id=1, name="one"))\n        session.commit()',
        f"with Session({{fixture}}) as session:\n        {NOTHING.format(session='session')}",
    ),
    "connection": Body(
        "",
        '{fixture}.execute("BEGIN")\n'
        f'    {{fixture}}.execute("{INSERT}")\n'
        '    {fixture}.execute("ROLLBACK")',
        'assert not {fixture}.execute("SELECT * FROM table_0").fetchall()',
    ),
    "django": Body(
        "from djangoshop.models import Table0\n",
        'Table0.objects.create(id=1, name="one")',
        "assert not Table0.objects.exists()",
    ),
    "nothing": Body("", "pass", "pass"),
    "imports": Body(
        "import psycopg\nimport shop.models\nfrom sqlalchemy.dialects import postgresql\n", "pass", "pass"
    ),
    "async session": Body(
        ORM,
        '{fixture}.add(Table0(id=1, name="one"))\n    await {fixture}.commit()',
        "assert not (await {fixture}.scalars(select(Table0))).all()",
    ),
    "async core": Body(
        "from shop.models import Table0\nfrom sqlalchemy import insert, select\n",
        "transaction = await {fixture}.begin()\n"
        '    await {fixture}.execute(insert(Table0).values(id=1, name="one"))\n'
        "    await transaction.rollback()",
        "assert not (await {fixture}.execute(select(Table0))).all()",
    ),
    "async orm": Body(
        ORM.replace("sqlalchemy.orm import Session", "sqlalchemy.ext.asyncio import AsyncSession"),
        "transaction = await {fixture}.begin()\n"
        "    async with AsyncSession({fixture}) as session:\n"
        '        session.add(Table0(id=1, name="one"))\n'
        "        await session.flush()\n"
        "    await transaction.rollback()",
        "assert not (await {fixture}.execute(select(Table0))).all()",
    ),
    "async connection": Body(
        "",
        f'await {{fixture}}.execute("BEGIN")\n    await {{fixture}}.execute("{INSERT}")\n'
        '    await {fixture}.execute("ROLLBACK")',
        'assert not await {fixture}.fetch("SELECT * FROM table_0")',
    ),
}


@dataclass(frozen=True)
class Contender:
    """One way to isolate tests.

    Attributes:
        title: Its name on the page.
        way: What it does for a test.
        fixture: What a test asks for; "" for nothing.
        body: Which of `BODIES` its tests have.
        recipe: Its conftest, a file of `recipes/`; none where tcgen writes it.
        requirements: What is installed for it.
        plugins: What pytest loads for it.
        server: The one that is given to all, or the container it starts itself.
        own_servers: Where the given one is not all it can have: the variables that make it start one.
        migrates: Whether it can run the project's migrations.
        options: For pytest.
        variables: For pytest's environment.
        once_a_run: Whether it is another contender but for what happens once a run.
        asynchronous: Whether its tests are coroutines.
    """

    title: str
    way: str
    fixture: str
    body: Literal[
        "session",
        "engine",
        "connection",
        "django",
        "nothing",
        "imports",
        "async session",
        "async core",
        "async orm",
        "async connection",
    ] = "session"
    recipe: str | None = None
    requirements: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    server: Literal["given", "container"] = "given"
    own_servers: dict[str, dict[str, str]] = field(default_factory=dict)
    migrates: bool = True
    options: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    once_a_run: bool = False
    asynchronous: bool = False

    @property
    def is_generated(self) -> bool:
        """Whether its conftest is the one that tcgen writes."""
        return self.recipe is None and bool(self.fixture)

    def tests(self, count: int) -> str:
        """Return the module with so many tests and the one that looks for what they left."""
        body = BODIES[self.body]
        row, left = (one.format(fixture=self.fixture) for one in (body.row, body.left))
        define = "async def" if self.asynchronous else "def"
        text = HEAD.format(
            imports=body.imports, count=count, define=define, fixture=self.fixture, row=row, left=left
        )
        return text.replace("(, ", "(")


EMPTY = "empty"
"""What is subtracted from everybody."""

BARE = "bare"
"""What everybody is compared to."""

ASYNC_EMPTY, ASYNC_BARE = "async-empty", "async-bare"
"""The same for coroutines."""

LOOPS = {"session": "all tests share one", "function": "a test has its own"}
"""The scopes of the loops that coroutines are measured on."""

_coroutines = partial(
    Contender,
    requirements=("asyncpg", "pytest-asyncio"),
    plugins=("pytest_asyncio.plugin",),
    asynchronous=True,
)
CONTENDERS = {
    EMPTY: Contender("an empty test", "nothing", "", body="nothing"),
    BARE: Contender(
        "by hand: BEGIN, INSERT, ROLLBACK",
        "nothing else, on a connection of psycopg that is open",
        "connection",
        body="connection",
        recipe="bare",
    ),
    "imports": Contender(
        "the imports alone",
        "the models, SQLAlchemy and the driver are imported, and nothing is asked of a server",
        "",
        body="imports",
        once_a_run=True,
    ),
    "tcgen": Contender(
        "tcgen, `db_session`",
        "a transaction that is rolled back",
        "db_session",
        own_servers={"embedded": {"TEST_DATABASE": "embedded"}, "container": {"TEST_DATABASE": "container"}},
    ),
    "tcgen-committed": Contender(
        "tcgen, `committed_db`", "real commits; what was written is deleted", "committed_db", body="engine"
    ),
    "tcgen-fresh": Contender("tcgen, `fresh_db`", "a database of its own", "fresh_db", body="engine"),
    "tcgen-kept": Contender(
        "tcgen, `TEST_REUSE=1`",
        "as `db_session`; the template is kept between runs",
        "db_session",
        variables={"TEST_REUSE": "1"},
        once_a_run=True,
    ),
    "classic": Contender(
        "the classic conftest",
        "SQLAlchemy's recipe: a transaction that is rolled back",
        "session",
        recipe="classic",
    ),
    "truncate": Contender(
        "TRUNCATE a test", "real commits; all tables are emptied", "session", recipe="truncate"
    ),
    "create-all": Contender(
        "create_all, drop_all a test",
        "real commits; tables of its own",
        "session",
        recipe="create_all",
        migrates=False,
    ),
    "pytest-postgresql": Contender(
        "pytest-postgresql",
        "a database cloned from a template",
        "session",
        recipe="pytest_postgresql",
        requirements=("pytest-postgresql",),
        plugins=("pytest_postgresql.plugin",),
    ),
    "pytest-mock-resources": Contender(
        "pytest-mock-resources",
        "a database cloned from a template",
        "session",
        recipe="pytest_mock_resources",
        requirements=("pytest-mock-resources[postgres-binary]",),
        plugins=("pytest_mock_resources",),
        own_servers={
            "container": {
                "PMR_POSTGRES_IMAGE": "postgres:18",
                "PMR_POSTGRES_HOST": "localhost",
                "PMR_POSTGRES_PORT": "5532",
            }
        },
        migrates=False,
        options=("--pmr-multiprocess-safe",),
    ),
    "pytest-databases": Contender(
        "pytest-databases",
        "its container, and SQLAlchemy's recipe",
        "session",
        recipe="pytest_databases",
        requirements=("pytest-databases[postgres]",),
        plugins=("pytest_databases._service",),
        server="container",
    ),
    "pytest-testcontainers": Contender(
        "pytest-testcontainers, `tc_psql`",
        "its container, and SQLAlchemy's recipe",
        "session",
        recipe="pytest_testcontainers",
        requirements=("pytest-testcontainers[clients-postgres]",),
        plugins=("pytest_testcontainers.plugin",),
        server="container",
    ),
    "tc-psql-db": Contender(
        "pytest-testcontainers, `tc_psql_db`",
        "a new database in its container, and create_all",
        "session",
        recipe="tc_psql_db",
        requirements=("pytest-testcontainers[clients-postgres]",),
        plugins=("pytest_testcontainers.plugin",),
        server="container",
        migrates=False,
    ),
    "django": Contender(
        "pytest-django, `db`",
        "Django's models; a transaction that is rolled back",
        "db",
        body="django",
        recipe="django",
        requirements=("pytest-django", "django"),
        plugins=("pytest_django.plugin",),
        migrates=False,
        variables={"DJANGO_SETTINGS_MODULE": "djangoshop.settings"},
    ),
    "django-committed": Contender(
        "pytest-django, `transactional_db`",
        "Django's models; real commits, all tables are emptied",
        "transactional_db",
        body="django",
        recipe="django",
        requirements=("pytest-django", "django"),
        plugins=("pytest_django.plugin",),
        migrates=False,
        variables={"DJANGO_SETTINGS_MODULE": "djangoshop.settings"},
    ),
    ASYNC_EMPTY: _coroutines("an empty coroutine", "nothing", "", body="nothing"),
    ASYNC_BARE: _coroutines(
        "by hand: BEGIN, INSERT, ROLLBACK",
        "on a connection of asyncpg, one for each loop",
        "connection",
        body="async connection",
        recipe="async_bare",
    ),
    "async-core": _coroutines(
        "by hand, with SQLAlchemy Core",
        "the same on its connection, one for each loop",
        "connection",
        body="async core",
        recipe="async_sqlalchemy",
    ),
    "async-orm": _coroutines(
        "by hand, with SQLAlchemy's ORM",
        "the same by a session on that connection",
        "connection",
        body="async orm",
        recipe="async_sqlalchemy",
    ),
    "tcgen-async": _coroutines(
        "tcgen, `async_db_session`",
        "a transaction that is rolled back",
        "async_db_session",
        body="async session",
    ),
    "async-classic": _coroutines(
        "the classic conftest",
        "SQLAlchemy's recipe, with coroutines",
        "session",
        body="async session",
        recipe="async_sqlalchemy",
    ),
}
MEASURES = (EMPTY, BARE, ASYNC_EMPTY, ASYNC_BARE)
"""Those without whom the others say nothing."""
