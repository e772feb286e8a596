"""What a stage has to say besides its value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator

from tcgen.ir.base import Frozen
from tcgen.outside_text import cut, printable, readable, without_secrets

Level = Literal["note", "warning", "error"]

_MADE = re.compile(r"`?\w+_[0-9a-f]{6,12}_(?:template|(?:main|gw\d+)(?:_[a-z]+)?)`?\.")
_LONGEST = 160
_MOST_READ = 20_000


class Diagnostic(Frozen):
    """One remark about the project: a guess that was made, a thing that could not be read.

    Attributes:
        level: ``note`` for a guess, ``warning`` for something left out, ``error`` for a dead end.
        code: A stable kebab-case name, for scripts and for tests: one of ``REMARKS``.
        message: One sentence that names the file or class concerned.
        hint: What to do about it, usually the flag or setting that overrides the guess.
    """

    level: Level
    code: str
    message: Annotated[str, AfterValidator(readable)]
    hint: Annotated[str, AfterValidator(readable)] = ""


REMARKS: Mapping[str, str] = {
    "alembic-config-left-out": "A second Alembic configuration is left out: it is not about further models.",
    "alembic-missing": "The project has migrations, but its interpreter has no Alembic.",
    "alembic-no-scripts": "An Alembic configuration is left out: no folder with an env.py belongs to it.",
    "another-kind": "A further database is of another kind than the first; the suite has both on the kind of the first.",
    "application-needs-arguments": "The web application is made by a function that needs arguments: the suite has no client for it.",
    "application-not-imported": "The module of the web application cannot be imported: the suite has no client for it.",
    "application-not-seen": "The code around the models could not be looked at; the suite is about the models alone.",
    "application-not-tried": "The application's tests were not run to their end.",
    "application-test-fails": "A test of the application fails for a reason of its own; it is marked with it.",
    "bad-ini": "An ini file could not be read and is left out.",
    "bad-setup-py": "setup.py could not be read and is left out.",
    "class-left-out": "SQLAlchemy cannot configure a class: it has no factory, nor have those in modules that import it.",
    "class-not-importable": "A mapped class has no factory: its name does not lead back to it.",
    "client-too-old": "A service is left out: the project's client of it is older than the suite's fixtures can use.",
    "creates-tables": "Importing the models creates their tables; the suite leaves that out.",
    "database-acts": "Triggers or row-level security may change or refuse rows, whatever the models say.",
    "database-demands-more": "The migrated database demands more than the models: the factories follow it.",
    "database-not-parted": "Models seem to have a database of their own; the suite has them in the first, where they stay.",
    "database-set": "A variable is set, without which the project takes another kind of database than the suite's.",
    "databases-disagree": "The project shows several databases; the suite runs on the one that is named first.",
    "env-not-run": "env.py cannot be run as it is; its scripts are run on a connection of the suite's.",
    "environment-broken": "An environment is left out: its python cannot be run.",
    "fixtures-meet": "A conftest.py of the project has fixtures called as some of the suite's are.",
    "foreign-key-left-out": "The database refuses a foreign key to columns that are not unique or of another type: the tables go without it.",
    "further-database": "Some models have a database of their own: a folder of the suite is for it.",
    "independent-branches": "The migrations have branches that share no script; all heads are upgraded to.",
    "ini-not-read": "Alembic cannot read the ini file; the script folder is used without it.",
    "metadata-copy": "A metadata repeats tables of mapped classes and is left out.",
    "metadata-from-alembic": "The models are those of the metadata that env.py names.",
    "metadata-left-out": "No module names a metadata: its tables and classes are left out.",
    "migrations-fail": "The migrations fail on an empty database; the tables come from the models.",
    "migrations-make-schema": "The tables came from the models; from now on they come from the migrations.",
    "migrations-test-fails": "A test of the migrations fails: it is marked until they are mended.",
    "models-not-migrated": "The models and the database that the migrations make differ: the suite lists how.",
    "module-not-imported": "A module could not be imported; models in it have no factory.",
    "no-package": "No package or module was found in the root or in src/.",
    "no-proof-environment": "No environment to try the suite in could be made; it is written without being tried.",
    "no-schema": "Neither the migrations nor the models make a schema on an empty database.",
    "no-transactions": "Tables of MySQL whose engine knows no transactions: what tests write there stays.",
    "other-metadata": "Mapped classes of another metadata than the one env.py names: taken in, unless their types are of another database.",
    "pages-left-out": "Some pages of the application did not answer; its test leaves them out, with the reason.",
    "parent-not-mapped": "A required foreign key leads to a table that no mapped class makes rows of.",
    "python-guessed": "Which interpreter has the project's dependencies is a guess.",
    "required-keys-in-a-circle": "NOT NULL foreign keys go in a circle; one of them is left out.",
    "revisions-not-loaded": "Alembic cannot load the scripts; they were read as text.",
    "service-hinted": "Settings or Compose files name a service that no declared library talks to.",
    "settings-made-up": "The project cannot be imported without some settings; harmless values were set.",
    "several-applications": "There is more than one web application; the clients are those of the likeliest.",
    "several-heads": "The migrations have several heads that belong to one history; the tests upgrade to all of them.",
    "several-subprojects": "The root has no package of its own, but several projects below it.",
    "subproject": "The root has no package of its own; the code is taken from the project below it.",
    "suite-beside-tests": "The suite goes where the fixtures of the project's own conftest.py do not reach.",
    "template-lost": "The version of the template that the suite was made from is not to be had.",
    "type-not-in-database": "The database has no such column type.",
    "type-unknown": "Nothing is known of a column's type; its factory guesses.",
    "view-takes-no-rows": "A class is mapped to a view of the migrated database: it has no factory.",
}
"""Every code of a remark, and what it means: the reference page is made from it."""


def without_databases(message: str) -> str:
    """Return a message without the names of the suite's own databases: MySQL writes them before those of tables.

    They are others in each run, and what is recorded is not to change by that.
    """
    return _MADE.sub("", message)


def in_one_line(message: str) -> str:
    """Return a message of somebody else's in one line, and cut where it is too long for one."""
    words = " ".join(without_databases(message[:_MOST_READ]).split())
    return cut(printable(without_secrets(words)), _LONGEST)


def some_of(names: Sequence[str], most: int) -> str:
    """Return the first names of a list for a sentence, and how many there are besides."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
