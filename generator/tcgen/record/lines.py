"""The plan as answers files keep it: a line for the suite, then a line for each service and each factory.

It is written from a ``SuitePlan`` and read into values of its own: a record may be older than this tcgen, so what it
lacks has a default, and what is no longer known is passed over. Nothing outside this room sees a raw line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, cast

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator

from tcgen.ir.drift import DatabaseFindings
from tcgen.ir.plan import GROUP, FactoryPlan, RefusalPlan, SuitePlan, TakenPlan, UserChoices
from tcgen.ir.schema import Dialect
from tcgen.ir.service import ServiceChoice


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class RecordedDatabase(DatabaseFindings):
    """What was found out by running the migrations, which database that was, and the way to the schema; "" in records that lack it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_from: str = ""
    dialect: Dialect = "postgresql"


class RecordedFurther(_Line):
    """A database beside the first."""

    name: str
    database: RecordedDatabase


class RecordedApplication(_Line):
    """What running the application's tests showed; fields as in ``ApplicationPlan``."""

    refused: dict[str, str] = {}
    left_out: dict[str, str] = {}
    plain_sessions: bool = False


class RecordedSuite(_Line):
    """What was decided about the suite as a whole; fields as in ``SuitePlan``."""

    format: int
    dest: str
    ci: str | None = None
    database: RecordedDatabase = RecordedDatabase()
    further: tuple[RecordedFurther, ...] = ()
    application: RecordedApplication | None = None
    requirements: tuple[str, ...] = ()
    requirements_group: str = GROUP
    python_versions: tuple[str, ...] = ()
    source_roots: tuple[str, ...] = ()
    # called ``asked`` by the first versions
    user_choices: UserChoices = Field(
        default=UserChoices(), validation_alias=AliasChoices("user_choices", "asked")
    )

    @property
    def databases(self) -> dict[str, RecordedDatabase]:
        """By name; that of the first is the empty text."""
        return {"": self.database, **{one.name: one.database for one in self.further}}


class RecordedService(_Line):
    """A service beside the database: what was chosen, the rest follows from the catalogue."""

    choice: ServiceChoice


class RecordedField(_Line):
    """An attribute that a factory gives a value to."""

    name: str
    code: str


class RecordedParent(_Line):
    """A row that a factory makes first: the child's attribute → the parent's."""

    keys: dict[str, str]


class RecordedFactory(_Line):
    """A factory; fields as in ``FactoryPlan``."""

    slug: str
    label: str
    table: str
    fields: tuple[RecordedField, ...] = ()
    parents: tuple[RecordedParent, ...] = ()
    refused: tuple[RefusalPlan, ...] = ()
    taken: tuple[TakenPlan, ...] = ()
    database: str = ""

    @field_validator("refused", mode="before")
    @classmethod
    def _refused(cls, found: object) -> object:
        return _readable(found, RefusalPlan)

    @field_validator("taken", mode="before")
    @classmethod
    def _taken(cls, found: object) -> object:
        return _readable(found, TakenPlan)

    @property
    def path(self) -> str:
        """Of its file, below the folder of the suite."""
        return f"{self.database}/factories/{self.slug}.py".removeprefix("/")

    @property
    def given(self) -> dict[str, str]:
        """What each attribute is given, as in ``FactoryPlan``."""
        keys = {ours: theirs for one in self.parents for ours, theirs in one.keys.items()}
        return keys | {one.name: one.code for one in self.fields}


class RecordedPlan(_Line):
    """A plan as far as later runs go by it."""

    suite: RecordedSuite
    services: tuple[RecordedService, ...] = ()
    factories: tuple[RecordedFactory, ...] = ()


def plan_lines(plan: SuitePlan) -> str:
    """Return a plan as the answers file keeps it.

    A line a model lets two branches that each add one merge; sorted keys and ASCII keep it the same
    whichever version of Python wrote it.
    """
    # what shows the database may change where the suite does not
    suite = plan.model_dump(
        mode="json",
        exclude={
            "factories": True,
            "services": True,
            "diagnostics": True,
            "database": {"reason"},
            "further": {"__all__": {"database": {"reason"}}},
        },
    )
    # which earlier versions did not write
    if not plan.further:
        del suite["further"]
    if plan.application is None:
        del suite["application"]
    for name in ("fixtures", "reuse"):
        if not suite[name]:
            del suite[name]
    for name in ("app", "further", "ci_docker", "ci_database", "shards"):
        if not suite["user_choices"][name]:
            del suite["user_choices"][name]
    if plan.database.tenants is None:
        del suite["database"]["tenants"]
    if plan.database.alembic and not plan.database.alembic.arguments:
        del suite["database"]["alembic"]["arguments"]
    services = (one.model_dump(mode="json") for one in plan.services)
    lines = [suite, *services, *map(_factory_line, plan.factories)]
    return _written(lines)


def _written(lines: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(line, sort_keys=True, ensure_ascii=True) + "\n" for line in lines)


def _factory_line(factory: FactoryPlan) -> dict[str, Any]:
    line = factory.model_dump(mode="json")
    line["parents"] = [
        {name: one for name, one in parent.items() if one or name != "circle"} for parent in line["parents"]
    ]
    return {name: value for name, value in line.items() if value or name not in _WHERE_ANY}


_WHERE_ANY = ("awaited_code", "common_code", "database", "given_last", "labelled", "refused", "taken")
"""What most factories have none of, and earlier versions did not write."""


def _readable(found: object, form: type[BaseModel]) -> list[BaseModel]:
    """Pass over what a later version wrote in another form."""
    read: list[BaseModel] = []
    for one in found if isinstance(found, list) else ():
        with suppress(ValidationError):
            read.append(form.model_validate(one))
    return read


def read_lines(text: str) -> RecordedPlan:
    """Read a plan in that form, of this version or an earlier one.

    Raises:
        ValueError: It is none.
    """
    suite, *others = list(_objects(text))
    return RecordedPlan(
        suite=RecordedSuite.model_validate(suite),
        services=tuple(RecordedService.model_validate(one) for one in others if _is_service(one)),
        factories=tuple(RecordedFactory.model_validate(one) for one in others if not _is_service(one)),
    )


def completed(old: str, new: str) -> str:
    """Give an old plan what only newer templates ask for, so that one of these can stand in for its own.

    Args:
        old: A plan in the form of the answers file.
        new: The one for the newer template, which says what the other lacks.
    """
    before, after = list(_objects(old)), next(_objects(new))
    parts = {name: {**after[name], **before[0].get(name, {})} for name in ("database", "commands")}
    before[0] = {**after, **before[0], **parts}
    return _written(before)


def format_of(text: str) -> int:
    """Return the version of a plan's form, whatever else is in it.

    Raises:
        ValueError: It is no plan.
    """
    return int(next(_objects(text), {}).get("format", 0))


_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_FOLDER = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*")
_CI_FILE = re.compile(r"(?!\.git/)(\.?[\w-][\w.-]*/)*\.?[\w-][\w.-]*")


def check_places(text: str) -> None:
    """Make sure that no file that is rendered from a plan lies outside the project: the plan may be anybody's.

    Raises:
        ValueError: One would, or the text is no plan.
    """
    suite, *others = list(_objects(text))
    further = _tables(suite.get("further"))
    factories = [one for part in further for one in _tables(part.get("factories"))]
    databases = [database for one in (suite, *further) for database in _tables([one.get("database")])]
    for one in (*further, *filter(_is_service, others)):
        _check(one.get("name"), _PLAIN, "name")
    for one in (*factories, *others):
        _check(one.get("slug"), _PLAIN, "slug")
    for one in databases:
        _check(one.get("module"), _PLAIN, "module")
    _check(suite.get("dest"), _FOLDER, "dest")
    _check(suite.get("ci_file"), _CI_FILE, "ci_file")


def _tables(value: object) -> list[dict[str, Any]]:
    """Return what is a table in what should be a list of them."""
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) for one in listed if isinstance(one, dict)]


def _check(value: object, form: re.Pattern[str], name: str) -> None:
    if value and not (isinstance(value, str) and form.fullmatch(value)):
        raise ValueError(f"{name} {value!r} is no plain name inside the project")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        found = json.loads(line)
        if not isinstance(found, dict):
            raise ValueError(f"{line[:40]} is no JSON object")  # it is the file's fault
        yield found


def _is_service(line: dict[str, Any]) -> bool:
    return "choice" in line
