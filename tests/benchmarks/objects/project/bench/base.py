"""The base of all models here."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
