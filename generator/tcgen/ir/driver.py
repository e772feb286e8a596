"""The drivers that SQLAlchemy reaches databases with, as far as suites are written for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tcgen.ir.schema import Backend


@dataclass(frozen=True)
class Driver:
    """One driver.

    Attributes:
        name: In a URL, after the plus sign.
        requirement: What to install for it; "" where Python brings it.
        distributions: Those that projects declare for it.
        asynchronous: It is one for coroutines; psycopg, which is for both, counts with the others.
    """

    name: str
    requirement: str
    distributions: tuple[str, ...]
    asynchronous: bool = False

    def is_among(self, names: Collection[str]) -> bool:
        """Tell whether one of its distributions is among some."""
        return any(one in names for one in self.distributions)


DRIVERS: Mapping[Backend, tuple[Driver, ...]] = {
    "postgresql": (
        Driver("psycopg", "psycopg[binary]>=3.1", ("psycopg", "psycopg-binary", "psycopg-c")),
        Driver("psycopg2", "psycopg2-binary>=2.9", ("psycopg2", "psycopg2-binary")),
        Driver("pg8000", "pg8000>=1.30", ("pg8000",)),
        Driver("asyncpg", "asyncpg>=0.29", ("asyncpg",), asynchronous=True),
    ),
    "mysql": (
        Driver("pymysql", "pymysql>=1.1", ("pymysql",)),
        Driver("mysqldb", "mysqlclient>=2.2", ("mysqlclient",)),
        Driver("mysqlconnector", "mysql-connector-python>=9", ("mysql-connector-python",)),
        Driver("mariadbconnector", "mariadb>=1.1", ("mariadb",)),
        Driver("asyncmy", "asyncmy>=0.2.9", ("asyncmy",), asynchronous=True),
        Driver("aiomysql", "aiomysql>=0.2", ("aiomysql",), asynchronous=True),
    ),
    "sqlite": (
        Driver("pysqlite", "", ()),
        Driver("aiosqlite", "aiosqlite>=0.19", ("aiosqlite",), asynchronous=True),
    ),
}
"""Those for each kind of URL, the first choice first."""
