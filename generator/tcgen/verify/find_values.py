"""Looks for values that are taken, by trying them where the refused ones were refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tcgen.ir.schema import Schema
from tcgen.plan.constraints.attribute import Tables
from tcgen.verify.candidates import candidates
from tcgen.verify.check_factories import (
    PLACEHOLDER,
    Refusal,
    Result,
    Suite,
    Values,
    check_factories,
    try_values,
)

_ROUNDS = 4
_MOST_TRIALS = 600


@dataclass
class Proposal:
    """What to do about one class.

    Attributes:
        label: The class.
        reason: What refused its rows.
        values: Attribute → expression that was taken; empty where none was found.
        attributes: Those that may be at fault, for a person to complete; may be a placeholder.
    """

    label: str
    reason: str
    values: dict[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """How values are tried: on a database, or on rows that are only built."""

    check: Callable[[Suite, Mapping[str, Values]], Mapping[str, Result]]
    try_values: Callable[
        [Suite, Mapping[str, Values], Mapping[str, Sequence[Values]]], Mapping[tuple[str, int], Result]
    ]


INSERTED = Trial(check_factories, try_values)


def propose(
    suite: Suite,
    schema: Schema,
    results: Mapping[str, Result],
    progress: Callable[[str], None],
    most_trials: int = _MOST_TRIALS,
    trial: Trial = INSERTED,
) -> list[Proposal]:
    """Try values for every class whose rows were refused, until its tests pass.

    A class that is refused something else after a value was found keeps that value, and is tried again.

    Args:
        suite: The suite.
        schema: The models, for what their columns hold.
        results: What the tests showed.
        progress: Told what is being tried.
        most_trials: As many values are tried for a class, a round.
        trial: How they are tried.

    Returns:
        A proposal a refused class, ordered by label.
    """
    proposals: dict[str, Proposal] = {}
    found: dict[str, Values] = {}
    hopeless: set[str] = set()
    refused = _refusals(results)
    for _ in range(_ROUNDS):
        for one in refused:
            proposals.setdefault(one.label, Proposal(one.label, one.message, attributes=one.attributes))
        waiting = [one for one in refused if one.label not in hopeless]
        trials = {
            one.label: _trials(suite, schema, one, found.get(one.label, {}))[:most_trials] for one in waiting
        }
        if not any(trials.values()):
            break
        progress(f"trying {sum(map(len, trials.values()))} values for {', '.join(sorted(trials))}")
        outcomes = trial.try_values(suite, found, trials)
        taken = {one.label: _taken(one, trials[one.label], outcomes) for one in waiting}
        hopeless |= {label for label, values in taken.items() if values is None}
        if hopeless >= taken.keys():
            break
        found |= {label: values for label, values in taken.items() if values is not None}
        progress("running the tests with what was taken")
        refused = _refusals(trial.check(suite, found))
    for label in found.keys() - {one.label for one in refused}:
        proposals[label].values = dict(found[label])
    return [proposals[label] for label in sorted(proposals)]


def _refusals(results: Mapping[str, Result]) -> list[Refusal]:
    """Return the first refusal of each class that was refused anything, by the class refused."""
    found: dict[str, Refusal] = {}
    for result in results.values():
        for one in result.refusals:
            if one.label:
                found.setdefault(one.label, one)
    return list(found.values())


def _trials(suite: Suite, schema: Schema, refusal: Refusal, kept: Values) -> list[Values]:
    found = next(
        (
            (mapper, one)
            for one in schema.databases
            for mapper in one.mappers
            if mapper.cls.dotted == refusal.label
        ),
        None,
    )
    if found is None:
        return []
    mapper, tables = found[0], Tables(found[1])
    columns = {name: found[-1].column for name, found in tables.attributes(mapper).items()}
    at_fault = [name for name in refusal.attributes if name != PLACEHOLDER]
    # the words may ask for one that the factory leaves out, since its column takes NULL
    said = [name for name in columns if re.search(rf"\b{re.escape(name)}\b", refusal.message)]
    names = [
        name for name in at_fault or dict.fromkeys([*said, *suite.fields[refusal.label]]) if name in columns
    ]
    checks = [check.sql for table in mapper.tables for check in tables.tables[table].checks]
    values: list[Values] = []
    for name in names:
        column = columns[name]
        about = [sql for sql in checks if re.search(rf"\b{re.escape(column.name)}\b", sql)]
        hints = [*about, _without_names(refusal.message)]
        values += [{**kept, name: code} for code in candidates(column, hints)]
    return values


def _without_names(message: str) -> str:
    """Leave out what PostgreSQL quotes because it is a name."""
    return re.sub(r'\b(relation|constraint|column|type|table|function) "[^"]*"', "", message)


def _taken(
    refusal: Refusal, trials: list[Values], outcomes: Mapping[tuple[str, int], Result]
) -> Values | None:
    """Return the first values that passed, or else that were refused for another attribute only."""
    results = [outcomes.get((refusal.label, place), Result()) for place in range(len(trials))]
    for values, result in zip(trials, results, strict=True):
        if result.passed:
            return values
    for values, result in zip(trials, results, strict=True):
        if result.refusals and all(_is_elsewhere(one, refusal) for one in result.refusals):
            return values
    return None


def _is_elsewhere(now: Refusal, before: Refusal) -> bool:
    return (
        bool(now.label)
        and PLACEHOLDER not in now.attributes
        and not set(now.attributes) & set(before.attributes)
    )
