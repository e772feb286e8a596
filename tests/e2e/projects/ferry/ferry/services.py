"""Code that opens sessions by itself."""

from sqlalchemy import select

from ferry.db import SessionLocal
from ferry.models import Boat, Trip


async def add_trip(name: str, seats: int) -> int:
    async with SessionLocal.begin() as session:
        boat = (await session.scalars(select(Boat).where(Boat.name == name))).one()
        trip = Trip(boat=boat, seats=seats)
        session.add(trip)
        await session.flush()
        return trip.id


async def seats_after_a_commit(name: str) -> int:
    """What production says to this, tests have to say as well: the row expires at the commit."""
    async with SessionLocal() as session:
        trip = (await session.scalars(select(Trip).join(Boat).where(Boat.name == name))).one()
        await session.commit()
        return trip.seats
