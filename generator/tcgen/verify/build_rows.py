"""Looks for values that the project's own code takes, where no database is asked: rows are built and not inserted."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from tcgen.ir.base import Frozen
from tcgen.ir.plan import FactoryPlan, SuitePlan
from tcgen.ir.schema import BACKENDS, ColumnFact, MapperFact, Schema, TypeFact
from tcgen.plan.constraints.attribute import Tables
from tcgen.plan.constraints.type_parts import parts_of
from tcgen.plan.constraints.value_kinds import kind_of
from tcgen.plan.source.imports import names_in
from tcgen.verify.check_factories import PLACEHOLDER, Refusal, Result, Suite, Values
from tcgen.verify.find_values import Proposal, Trial, propose
from tcgen.verify.project_pytest import run_pytest

_OPTIONS = ("-q", "-n", "0", "-m", "", "-k", "")
_PLAIN = ("sqlalchemy.", "sqlmodel.")
_COUNTED = frozenset({"serial", "in_turn"})


class _Refused(Frozen):
    label: str
    attributes: tuple[str, ...]
    message: str


class _Built(Frozen):
    """What the plugin writes for each set of values."""

    label: str
    place: int
    refusal: _Refused | None

    @property
    def result(self) -> Result:
        one = self.refusal
        if one is None:
            return Result(one=True, many=True)
        refusal = Refusal(one.message, one.label, one.attributes or (PLACEHOLDER,))
        return Result(one=False, many=False, refusals=[refusal])


_REPORT = TypeAdapter(tuple[_Built, ...])


def may_refuse(schema: Schema) -> bool:
    """Tell whether the project has code of its own that values go through before a database sees them."""
    tables = [(Tables(one), one.mappers) for one in schema.databases]
    return any(_has_code(mapper, known) for known, mappers in tables for mapper in mappers)


def _has_code(mapper: MapperFact, tables: Tables) -> bool:
    columns = [one[-1].column for one in tables.attributes(mapper).values()]
    return (
        bool(mapper.validators)
        or mapper.constructor.kind == "custom"
        or any(one.key != one.key.strip("_") for one in mapper.attributes)
        or any(_is_own(part) for column in columns for part in parts_of(column.type))
        # their constructors put defaults into rows, and may put in an object that no JSON can be made of
        or (mapper.constructor.kind in ("sqlmodel", "dataclass") and any(map(_is_json, columns)))
    )


def _is_json(column: ColumnFact) -> bool:
    return kind_of(column.type) == "json"


def _is_own(fact: TypeFact) -> bool:
    return not fact.module.startswith(_PLAIN)


def values_taken(
    suite: Suite, schema: Schema, plan: SuitePlan, progress: Callable[[str], None]
) -> list[Proposal]:
    """Try values where validators, constructors, properties or types refuse what is planned.

    Args:
        suite: The suite, which has been written.
        schema: The models.
        plan: The suite's.
        progress: Told what is being tried.

    Returns:
        A proposal a refused class; without values where none was found.
    """
    apart = {one.label: _counted(one) for one in plan.factories}

    def check(suite: Suite, values: Mapping[str, Values]) -> dict[str, Result]:
        return {label: result for (label, _), result in _run(suite, values, {}, apart).items()}

    def try_values(
        suite: Suite, values: Mapping[str, Values], trials: Mapping[str, Sequence[Values]]
    ) -> dict[tuple[str, int], Result]:
        return _run(suite, values, trials, apart)

    return propose(suite, schema, check(suite, {}), progress, trial=Trial(check, try_values))


def _counted(factory: FactoryPlan) -> tuple[str, ...]:
    """Return the attributes that are planned to have a value of their own in every row."""
    planned = {one.name: one.code for one in factory.fields} | {
        one.name: one.instead_of for one in factory.taken
    }
    return tuple(name for name, code in planned.items() if code and names_in(code) & _COUNTED)


def _run(
    suite: Suite,
    values: Mapping[str, Values],
    trials: Mapping[str, Sequence[Values]],
    apart: Mapping[str, tuple[str, ...]],
) -> dict[tuple[str, int], Result]:
    with TemporaryDirectory(prefix="tcgen-") as folder:
        report, asked = Path(folder, "report.json"), Path(folder, "trials.json")
        wanted = {"values": values, "trials": trials, "apart": apart, "dialect": BACKENDS[suite.dialect]}
        asked.write_text(json.dumps(wanted), encoding="utf-8")
        run_pytest(
            suite.where,
            suite.root,
            [*suite.tests, *_OPTIONS],
            plugins=["build_rows"],
            environment=os.environ | {"TCGEN_TRIALS": str(asked), "TCGEN_REPORT": str(report)},
        )
        # a suite that cannot be started is what the tests will show
        found = _REPORT.validate_json(report.read_bytes()) if report.is_file() else ()
    return {(one.label, one.place): one.result for one in found}
