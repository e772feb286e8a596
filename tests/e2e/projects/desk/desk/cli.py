import typer

from desk.db import SessionLocal
from desk.models import Topic

app = typer.Typer()


@app.command()
def add(name: str) -> None:
    """Add a topic."""
    with SessionLocal() as session:
        session.add(Topic(name=name))
        session.commit()
    typer.echo(f"added {name}")


@app.command()
def report() -> None:
    """Nobody wrote it."""
