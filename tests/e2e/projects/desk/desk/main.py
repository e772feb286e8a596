from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from desk.db import Scoped, engine, get_db, store
from desk.models import Base, Note, Ticket, Topic
from desk.tasks import write_note


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    Base.metadata.create_all(engine)
    yield
    engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.post("/topics/{name}", status_code=201)
def add_topic(name: str, db: Session = Depends(get_db)) -> dict[str, int]:
    topic = Topic(name=name)
    db.add(topic)
    try:
        db.commit()
    except IntegrityError:
        db.rollback()
        raise HTTPException(409) from None
    return {"id": topic.id}


@app.post("/topics/{name}/tickets", status_code=201)
def add_ticket(name: str, title: str, db: Session = Depends(get_db)) -> dict[str, int]:
    topic = db.scalars(select(Topic).where(Topic.name == name)).one()
    ticket = Ticket(topic=topic, title=title)
    db.add(ticket)
    db.commit()
    write_note.delay(f"ticket {ticket.id}")
    return {"id": ticket.id}


@app.get("/topics")
def topics(db: Session = Depends(get_db)) -> list[str]:
    return list(db.scalars(select(Topic.name).order_by(Topic.name)))


def note(way: str) -> None:
    """Write a note in one of the ways that code has to open a session."""
    new = Note(text=way)
    if way == "registry":
        Scoped.add(new)
        Scoped.commit()  # and nobody removes it
    elif way == "object":
        with store.open_session() as session:
            session.add(new)
            session.commit()
    elif way == "engine":
        with engine.begin() as connection:
            connection.execute(Note.__table__.insert().values(text=way))
    elif way == "made anew":
        made = sessionmaker(create_engine(engine.url))
        with made.begin() as session:
            session.add(new)
    elif way == "autocommit":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(Note.__table__.insert().values(text=way))
    elif way == "driver":
        raw = engine.raw_connection()
        raw.cursor().execute("INSERT INTO note (text) VALUES ('driver')")
        raw.commit()
        raw.close()
    elif way == "thread":
        thread = Thread(target=note, args=("object",))
        thread.start()
        thread.join()


@app.post("/notes/{way}", status_code=201)
def add_note(way: str) -> None:
    note(way)


@app.get("/notes")
def notes() -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count(Note.id))) or 0


@app.get("/report")
def report() -> None:
    raise RuntimeError("nobody wrote the report")
