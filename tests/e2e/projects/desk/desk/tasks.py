from celery import Celery

from desk.db import SessionLocal
from desk.models import Note

queue = Celery("desk", broker="amqp://queue.invalid")


@queue.task
def write_note(text: str) -> None:
    """A task has a session of its own."""
    with SessionLocal() as session:
        session.add(Note(text=text))
        session.commit()
