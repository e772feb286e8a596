"""Four ways to make the same objects, behind one interface; each as its own documentation shows it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from itertools import count
from typing import Any

import factory
from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory, SQLAlchemyPersistenceMethod
from sqlalchemy.orm import Session

SETS = {
    "flat": "one table of ten columns",
    "chain": "a chain of depth five",
    "connected": "seven classes, each related to all others",
}


@dataclass(frozen=True)
class Contender:
    """One way to make one set.

    Attributes:
        build: Makes so many objects without a database.
        create: Makes so many and flushes them.
    """

    build: Callable[[int], list[Any]]
    create: Callable[[Session, int], list[Any]]


def contenders(name: str) -> dict[str, Contender]:
    """Return the four for one set, the bare one first."""
    return {
        "SQLAlchemy alone": bare(name),
        "tcgen": generated(name),
        "polyfactory": polyfactory(name),
        "factory_boy": factory_boy(name),
    }


def bare(name: str) -> Contender:
    """What any factory has to do at least: constructor, add, flush; the values are constants."""
    made, models = count(), importlib.import_module(f"bench.{name}")

    def flat() -> Any:
        return models.Customer(
            name="Ada Adams",
            email=f"{next(made)}@example.com",
            city="Lima",
            balance=Decimal("9.50"),
            visits=3,
            active=True,
            joined_at=datetime(2024, 1, 1, tzinfo=timezone.utc),
            born=date(1990, 1, 1),
            remarks="none",
        )

    def chain() -> Any:
        region = models.Region(name="r", country=models.Country(name="c"))
        street = models.Street(name="s", town=models.Town(name="t", region=region))
        return models.House(name="h", street=street)

    def connected() -> Any:
        return models.Golf(label="g")

    one = {"flat": flat, "chain": chain, "connected": connected}[name]

    def build(size: int) -> list[Any]:
        return [one() for _ in range(size)]

    def create(session: Session, size: int) -> list[Any]:
        rows = build(size)
        session.add_all(rows)
        session.flush()
        return rows

    return Contender(build, create)


_LAST = {"flat": "customer", "chain": "house", "connected": "golf"}


def generated(name: str) -> Contender:
    """The factories of the generated suite."""
    module = importlib.import_module(f"generated.factories.{_LAST[name]}")
    base = importlib.import_module("generated.factories.base").ModelFactory
    return _of_polyfactory(getattr(module, f"{_LAST[name].title()}Factory"), base)


def polyfactory(name: str) -> Contender:
    """A plain ``SQLAlchemyFactory``, its keys left to the database as its documentation advises."""
    model = getattr(importlib.import_module(f"bench.{name}"), _LAST[name].title())
    body = {
        "__model__": model,
        "__set_primary_key__": False,
        "__set_foreign_keys__": False,
        "__persistence_method__": SQLAlchemyPersistenceMethod.FLUSH,
        "__module__": __name__,
    }
    made_by = type(f"Plain{model.__name__}", (SQLAlchemyFactory,), body)
    return _of_polyfactory(made_by, made_by)


def _of_polyfactory(made_by: Any, base: Any) -> Contender:
    def create(session: Session, size: int) -> list[Any]:
        base.__session__ = session
        rows: list[Any] = made_by.create_batch_sync(size)
        return rows

    return Contender(made_by.batch, create)


def factory_boy(name: str) -> Contender:
    """Hand-written ``SQLAlchemyModelFactory`` classes, with the values the generated ones give."""
    models = importlib.import_module(f"bench.{name}")
    sessions: list[Session] = []

    def make(model: str, **fields: Any) -> Any:
        meta = type(
            "Meta",
            (),
            {
                "model": getattr(models, model),
                "sqlalchemy_session_factory": lambda: sessions[-1],
                "sqlalchemy_session_persistence": "flush",
            },
        )
        return type(model, (factory.alchemy.SQLAlchemyModelFactory,), {"Meta": meta, **fields})

    if name == "flat":
        made_by = make(
            "Customer",
            name=factory.Faker("name"),
            email=factory.Sequence(lambda number: f"user{number}@example.com"),
            city=factory.Faker("city"),
            balance=factory.Faker("pydecimal", left_digits=6, right_digits=2),
            visits=factory.Faker("random_int", min=1, max=100),
            active=factory.Faker("pybool"),
            joined_at=factory.Faker("past_datetime", tzinfo=timezone.utc),
            born=factory.Faker("past_date"),
            remarks=factory.Faker("sentence"),
        )
    elif name == "chain":
        country = make("Country", name=factory.Faker("country"))
        region = make("Region", name=factory.Faker("word"), country=factory.SubFactory(country))
        town = make("Town", name=factory.Faker("word"), region=factory.SubFactory(region))
        street = make("Street", name=factory.Faker("word"), town=factory.SubFactory(town))
        made_by = make("House", name=factory.Faker("word"), street=factory.SubFactory(street))
    else:
        made_by = make("Golf", label=factory.Faker("word"))

    def create(session: Session, size: int) -> list[Any]:
        sessions.append(session)
        rows: list[Any] = made_by.create_batch(size)
        return rows

    return Contender(made_by.build_batch, create)
