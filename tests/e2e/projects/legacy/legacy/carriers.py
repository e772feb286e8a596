"""Plain classes, mapped imperatively on the declarative models' registry."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Numeric, String, Table
from sqlalchemy.orm import relationship

from legacy.assets import Base, Vehicle


class Carrier:
    """A company that drives for us."""


class Tour:
    """One trip of a carrier's with one of our vehicles."""


carrier = Table(
    "carrier",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("vat_no", String(14), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
)

tour = Table(
    "tour",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("carrier_id", ForeignKey("carrier.id"), nullable=False),
    Column("vehicle_id", ForeignKey("vehicle.id"), nullable=False),
    Column("distance_km", Numeric(6, 1), nullable=False),
)

Base.registry.map_imperatively(Carrier, carrier)
Base.registry.map_imperatively(
    Tour,
    tour,
    properties={"carrier": relationship(Carrier, backref="tours"), "vehicle": relationship(Vehicle)},
)
