"""Rules no planner can read."""

from __future__ import annotations

from sqlalchemy import DDL, CheckConstraint, ForeignKey, String, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates


class Base(DeclarativeBase):
    pass


class Voucher(Base):
    """No value anybody would guess."""

    __tablename__ = "voucher"
    __table_args__ = (CheckConstraint("md5(code) < 'a' AND right(code, 1) = 'X'", name="ck_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)


class Parcel(Base):
    """A CHECK without a name."""

    __tablename__ = "parcel"
    __table_args__ = (CheckConstraint("sqrt(weight * 7) = 14"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[int]


class Person(Base):
    """An application-level validator."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    nickname: Mapped[str]
    badge: Mapped[str]

    @validates("badge")
    def checked(self, key: str, value: str) -> str:
        if not (value.isdigit() and len(value) == 6):
            raise ValueError("a badge has six digits")
        return value


class Visit(Base):
    """Its parent is refused, it is not."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship()


class Booking(Base):
    """A trigger that says nothing about a column."""

    __tablename__ = "booking"

    id: Mapped[int] = mapped_column(primary_key=True)
    remark: Mapped[str]
    desk: Mapped[int]


class Note(Base):
    """Nothing wrong with this one."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


event.listen(
    Base.metadata,
    "after_create",
    DDL("""
        CREATE FUNCTION refuse_desk() RETURNS trigger AS $$ BEGIN
            IF NEW.desk NOT IN (3, 5) THEN RAISE 'there is no desk %%', NEW.desk; END IF;
            RETURN NEW;
        END $$ LANGUAGE plpgsql;
        CREATE TRIGGER desks BEFORE INSERT ON booking FOR EACH ROW EXECUTE FUNCTION refuse_desk()
    """),
)
