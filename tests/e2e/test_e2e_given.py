"""What a test gives wins over what the factory would set, by whichever name it is given."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import init, pytest_in, write

pytestmark = pytest.mark.e2e

PYPROJECT = """
    [project]
    name = "club"
    version = "0.1"
    requires-python = ">=3.10"
    dependencies = ["sqlalchemy>=2", "psycopg[binary]"]
"""
MODELS = """
    from dataclasses import dataclass
    from hashlib import sha256

    from sqlalchemy import ForeignKey, String
    from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
    from sqlalchemy.ext.hybrid import hybrid_property
    from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column, relationship, synonym


    @dataclass
    class Place:
        x: int
        y: int


    class Base(DeclarativeBase):
        pass


    class Member(Base):
        __tablename__ = "member"
        id: Mapped[int] = mapped_column(primary_key=True)
        password_hash: Mapped[str] = mapped_column(String(64))
        NICK: Mapped[str] = mapped_column("nick", String(20))
        surname: Mapped[str] = mapped_column(String(20))
        last_name = synonym("surname")
        x: Mapped[int]
        y: Mapped[int]
        place: Mapped[Place] = composite("x", "y")

        @property
        def password(self) -> str:
            raise AttributeError("not readable")

        @password.setter
        def password(self, value: str) -> None:
            self.password_hash = sha256(value.encode()).hexdigest()

        @hybrid_property
        def nick(self) -> str:
            return self.NICK

        @nick.setter
        def nick(self, value: str) -> None:
            self.NICK = value.lower()


    class Card(Base):
        __tablename__ = "card"
        id: Mapped[int] = mapped_column(primary_key=True)
        member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
        member: Mapped[Member] = relationship()
        surname: AssociationProxy[str] = association_proxy("member", "surname")
"""
TESTS = """
    from hashlib import sha256

    import pytest

    from club.models import Place
    from .factories.card import CardFactory
    from .factories.member import MemberFactory


    @pytest.mark.parametrize("make", [MemberFactory.build, lambda **given: MemberFactory.batch(1, **given)[0]])
    def test_what_is_given_wins(make):
        made = make(password="secret", nick="ABC", last_name="Byron", place=Place(3, 4))
        assert made.password_hash == sha256(b"secret").hexdigest()
        assert (made.NICK, made.surname, made.x, made.y) == ("abc", "Byron", 3, 4)
        assert make(surname="Keats").surname == "Keats"
        assert make().surname


    def test_through_a_parent():
        member = MemberFactory.build()
        card = CardFactory.build(surname="Byron", member=member)
        assert card.member is member and member.surname == "Byron"
"""


# polyfactory passes over names with an underscore before them
@pytest.mark.parametrize("nick", ["nick_", "_nick"])
def test_what_is_given_through_another_name_wins(tmp_path: Path, nick: str) -> None:
    root = tmp_path / "club"
    write(root / "pyproject.toml", PYPROJECT)
    write(root / "club/__init__.py", "")
    write(root / "club/models.py", MODELS.replace("NICK", nick))
    init(root)
    write(root / "tests/integration/test_mine.py", TESTS.replace("NICK", nick))
    base = (root / "tests/integration/factories/base.py").read_text()
    assert ("__reserved__" in base) == (nick == "_nick")
    done = pytest_in(root, "tests/integration/test_mine.py")
    assert done.outcomes() == {"passed"}, done.text
