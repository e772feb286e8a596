"""What all factories have in common."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, ClassVar, TypeGuard, TypeVar

from faker import Faker
from polyfactory.factories.sqlalchemy_factory import (
    SQLAlchemyFactory,
    SQLAlchemyPersistenceMethod,
)
from polyfactory.field_meta import FieldMeta
from sqlalchemy.orm import (
    Session,
    SessionTransactionOrigin,
    class_mapper,
    configure_mappers,
)

from ..current import Counter, randomness, sessions

T = TypeVar("T")

fake: Faker = SQLAlchemyFactory.__faker__
_inserting = ContextVar("_inserting", default=False)
serial = Counter(1000)
"""Numbers for what must be unique; they start above keys that migrations insert."""


def is_factory(value: object) -> TypeGuard[type[ModelFactory[Any]]]:
    """Tell a factory from a field of any other kind."""
    # issubclass of an abstract class asks all factories, for each class that is none
    return isinstance(value, type) and ModelFactory in value.__mro__


@cache
def _field(name: str) -> FieldMeta:
    # once, as polyfactory examines even this type, and asks for the fields of every row
    return FieldMeta.from_type(Any, name=name)


@contextmanager
def outermost() -> Generator[bool]:
    """Tell the factory that a test called from those which that one calls in turn."""
    by_test = not _inserting.get()
    token = _inserting.set(True)
    try:
        yield by_test
    finally:
        _inserting.reset(token)


def keep(session: Session) -> None:
    """Commit, for a rollback in the code under test not to take these rows back."""
    begun = session.get_transaction()
    by_test = begun and begun.origin is SessionTransactionOrigin.BEGIN
    if by_test or session.in_nested_transaction():
        return
    expire, session.expire_on_commit = session.expire_on_commit, False
    try:
        session.commit()
    finally:
        session.expire_on_commit = expire


class ModelFactory(SQLAlchemyFactory[T]):
    """Sets what the factory declares, and makes the rows its foreign keys require.

    The rest is left to the model and the database: nullable columns, defaults,
    identities. A relationship or key that is given is used instead of a new parent.
    """

    __is_base_factory__ = True
    __persistence_method__ = SQLAlchemyPersistenceMethod.FLUSH
    __session__: ClassVar[Any] = sessions.session

    @classmethod
    def is_supported_type(cls, value: Any) -> TypeGuard[type[T]]:
        """Keep polyfactory from making factories of other classes with this one."""
        return cls is not ModelFactory and super().is_supported_type(value)

    @classmethod
    def get_model_fields(cls) -> list[FieldMeta]:
        """Return what is declared: the type of a column need not be known."""
        bases = [base for base in cls.__mro__ if base not in ModelFactory.__mro__]
        declared = {name for base in bases for name in vars(base)}
        configure_mappers()  # a backref is no attribute before
        names = class_mapper(cls.__model__).all_orm_descriptors.keys()
        return [_field(name) for name in names if name in declared]

    @classmethod
    def should_set_field_value(cls, field_meta: FieldMeta, **kwargs: Any) -> bool:
        """Tell whether a relationship is to be made: not if its key is given."""
        if any(name in kwargs for name in cls._keys_of(field_meta.name)):
            return False
        return super().should_set_field_value(field_meta, **kwargs)

    @classmethod
    def _keys_of(cls, relationship: str) -> list[str]:
        mapper = class_mapper(cls.__model__)
        if relationship not in mapper.relationships:
            return []
        columns = mapper.relationships[relationship].local_columns
        return [mapper.get_property_by_column(column).key for column in columns]

    @classmethod
    def _related(
        cls, given: dict[str, Any]
    ) -> Iterator[tuple[str, type[ModelFactory[Any]]]]:
        for field in cls.get_model_fields():
            factory = getattr(cls, field.name)
            answers = {field.name, *cls._keys_of(field.name)}
            if is_factory(factory) and not answers & given.keys():
                yield field.name, factory

    @classmethod
    @contextmanager
    def _keeping(cls) -> Generator[None]:
        with outermost() as by_test:
            yield
        if by_test:
            session = getattr(cls._get_sync_persistence(), "session", None)
            if isinstance(session, Session):
                keep(session)

    @classmethod
    def _with_parents(cls, size: int, kwargs: dict[str, Any]) -> list[dict[str, Any]]:
        # all parents before any child, which a flush would find half made
        given = [dict(kwargs) for _ in range(size)]
        for name, factory in cls._related(kwargs):
            rows = factory.create_batch_sync(size)
            for values, row in zip(given, rows, strict=True):
                values[name] = row
        return given

    @classmethod
    def create_sync(cls, **kwargs: Any) -> T:
        """Insert a row, its parents before it."""
        with cls._keeping():
            return super().create_sync(**cls._with_parents(1, kwargs)[0])

    @classmethod
    def create_batch_sync(cls, size: int, **kwargs: Any) -> list[T]:
        """Insert many rows, the parents of all before them."""
        with cls._keeping():
            rows = [cls.build(**values) for values in cls._with_parents(size, kwargs)]
            return cls._get_sync_persistence().save_many(rows)


def model_of(factory: type[Any]) -> type[Any]:
    """Return the class whose rows a factory makes."""
    model: type[Any] = factory.__model__
    return model


def label_of(factory: type[ModelFactory[Any]]) -> str:
    """Return what the class of a factory is called here and in pyproject.toml."""
    model = model_of(factory)
    return f"{model.__module__}.{model.__qualname__}"


randomness.follow(ModelFactory.seed_random)
