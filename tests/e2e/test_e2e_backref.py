"""A relationship that another class declares is there for the first factory that is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import init, pytest_in, write

pytestmark = pytest.mark.e2e

MODELS = """
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Country(Base):
        __tablename__ = "countries"
        code = Column(String(2), primary_key=True)

    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        country_code = Column(ForeignKey("countries.code"), nullable=False)
        addresses = relationship("Address", backref="user")

    class Address(Base):
        __tablename__ = "addresses"
        id = Column(Integer, primary_key=True)
        user_id = Column(ForeignKey("users.id"), nullable=False)
"""
PYPROJECT = '[project]\nname = "shop"\nversion = "0"\ndependencies = ["sqlalchemy", "psycopg"]\n'


def test_backref_of_a_required_parent(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    write(tmp_path / "shop/models.py", MODELS)
    write(tmp_path / "shop/__init__.py", "")
    write(tmp_path / "pyproject.toml", PYPROJECT)
    init(tmp_path, **on_a_url)
    run = pytest_in(tmp_path, "tests/integration", "-k", "Address", **on_a_url)

    assert (run.status, run.outcomes(), len(run.cases)) == (0, {"passed"}, 2), run.text
    factory = (tmp_path / "tests/integration/factories/address.py").read_text()
    assert "user = UserFactory" in factory
