from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker

from ferry.db import make_engine
from ferry.models import Boat, Trip
from ferry.services import add_trip


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
    engine = make_engine()
    yield {"sessions": async_sessionmaker(engine, expire_on_commit=False)}
    await engine.dispose()


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.post("/boats/{name}", status_code=201)
    async def add_boat(name: str, request: Request) -> dict[str, int]:
        async with request.state.sessions() as session:
            boat = Boat(name=name)
            session.add(boat)
            try:
                await session.commit()
            except IntegrityError:
                await session.rollback()
                raise HTTPException(409) from None
            return {"id": boat.id}

    @app.post("/boats/{name}/trips", status_code=202)
    async def plan_trip(name: str, tasks: BackgroundTasks) -> None:
        tasks.add_task(add_trip, name, 4)

    @app.get("/trips")
    async def trips(request: Request) -> int:
        async with request.state.sessions() as session:
            return await session.scalar(select(func.count(Trip.id))) or 0

    return app
