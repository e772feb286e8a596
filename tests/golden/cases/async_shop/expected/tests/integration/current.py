"""What the factories have while a test runs: its seed, its numbers, its sessions.

Faker and polyfactory come with the factories: with the first test that uses them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


class Counter:
    """Counts on from a number; each test starts where the test before it did."""

    every: ClassVar[list[Counter]] = []

    def __init__(self, last: int) -> None:
        """Start after a number."""
        self.first = self.last = last
        self.every.append(self)

    def __next__(self) -> int:
        """Return the next number."""
        self.last += 1
        return self.last


class Randomness:
    """Where the random values of a test begin."""

    seed = 0
    _seed_random: Callable[[int], None] | None = None

    def begin(self, seed: int) -> None:
        """Begin anew, with a test."""
        self.seed = seed
        if self._seed_random:
            self._seed_random(seed)

    def follow(self, seed_random: Callable[[int], None]) -> None:
        """Take in the factories, imported before a test or by one."""
        self._seed_random = seed_random
        seed_random(self.seed)


randomness = Randomness()


@contextmanager
def starting(seed: int) -> Generator[None]:
    """Let a test make the same values wherever it runs."""
    randomness.begin(seed)
    # they go on from what fixtures of a wider scope took
    starts = {counter: counter.last for counter in Counter.every}
    yield
    for counter in Counter.every:
        counter.last = starts.get(counter, counter.first)


class Sessions:
    """What the running test lends to the factories of a database."""

    _session: Session | None = None
    _async_session: AsyncSession | None = None

    def __init__(self, fixtures: str) -> None:
        """Remember which fixtures lend a session."""
        self._fixtures = fixtures

    @contextmanager
    def lent(self, session: Session) -> Generator[None]:
        """Let the factories use a session."""
        before, self._session = self._session, session
        yield
        self._session = before

    def session(self) -> Session:
        """Return the session that the factories use.

        Raises:
            LookupError: The test has none.
        """
        if self._session:
            return self._session
        raise self._missing()

    @contextmanager
    def lent_async(self, session: AsyncSession) -> Generator[None]:
        """Let the factories use an async session."""
        before, self._async_session = self._async_session, session
        yield
        self._async_session = before

    def async_session(self) -> AsyncSession:
        """Return the async session that the factories use.

        Raises:
            LookupError: The test has none.
        """
        if self._async_session:
            return self._async_session
        raise self._missing()

    def _missing(self) -> LookupError:
        return LookupError(f"a factory has no session: ask for one of {self._fixtures}")


sessions = Sessions("db_session, async_db_session, committed_db, fresh_db")
