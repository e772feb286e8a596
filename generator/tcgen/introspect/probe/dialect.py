"""The database that models are described for: one of the dialects tcgen writes suites for, chosen once a run."""

from __future__ import annotations

from importlib import import_module

from .common import Live


class _Chosen:
    """Which one it is."""

    def __init__(self) -> None:
        self.name = "postgresql"


_CHOSEN = _Chosen()
_BARE = {
    "postgresql": ("PGDialect", "psycopg2"),
    "mysql": ("MySQLDialect", "pymysql"),
    "sqlite": ("SQLiteDialect", "pysqlite"),
}
DRIVERS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "postgresql": (
        ("psycopg", "postgresql+psycopg", False),
        ("psycopg2", "postgresql+psycopg2", False),
        ("pg8000", "postgresql+pg8000", False),
        ("asyncpg", "postgresql+asyncpg", True),
        ("psycopg", "postgresql+psycopg", True),
    ),
    "mysql": (
        ("pymysql", "mysql+pymysql", False),
        ("MySQLdb", "mysql+mysqldb", False),
        ("mysql", "mysql+mysqlconnector", False),
        ("mariadb", "mysql+mariadbconnector", False),
        ("asyncmy", "mysql+asyncmy", True),
        ("aiomysql", "mysql+aiomysql", True),
    ),
    "sqlite": (("sqlite3", "sqlite", False), ("aiosqlite", "sqlite+aiosqlite", True)),
}
"""The module of each driver, the drivername of its URLs, and whether it is asynchronous."""

FOLDERS = {
    "postgresql": ("postgresql", "postgres", "pg"),
    "mysql": ("mysql", "mariadb"),
    "sqlite": ("sqlite",),
}
"""What a folder of the migrations for this database alone is called."""


def choose(name: str) -> None:
    """Describe for this one; before any module is imported that compiles something."""
    _CHOSEN.name = name


def name() -> str:
    """SQLAlchemy's name of it."""
    return _CHOSEN.name


def bare() -> Live:
    """Its dialect with no driver and no doubled percent signs."""
    base = import_module(f"sqlalchemy.dialects.{name()}.base")
    make, driver = _BARE[name()]
    dialect: Live = getattr(base, make)(paramstyle="named")
    if not getattr(dialect, "driver", None):
        dialect.driver = driver
    return dialect


def options_of(item: Live, option: str) -> Live:
    """What a constraint or an index was given for this database alone; None for nothing."""
    try:
        return item.dialect_options[name()].get(option)
    except Exception:
        return None
