"""Seconds for an update, and how they grow with the models."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZES = (30, 300, 3000)
QUICK = (30,)
A_MODULE = 30
HEAD = """\
from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.base import Base
"""
MODEL = """

class Model{number}(Base):
    __tablename__ = "model_{number}"
    __table_args__ = (CheckConstraint("stock >= 0 AND stock < 1000", name="ck_model_{number}"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(120), unique=True)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    stock: Mapped[int]
    note: Mapped[str | None]
    parent_id: Mapped[int] = mapped_column(ForeignKey("model_{parent}.id"){nullable})
"""
MORE = "    colour: Mapped[str] = mapped_column(String(20))\n"
BARE = "import shop.models; from sqlalchemy.orm import configure_mappers; configure_mappers()"
Seconds = dict[str, float]


def add_options(group: argparse._ArgumentGroup) -> None:
    """Declare the sizes."""
    group.add_argument(
        "--models",
        type=int,
        action="append",
        metavar="N",
        help="models of a project; may be given several times [30, 300, 3000]",
    )


def measure(options: argparse.Namespace) -> dict[int, Seconds]:
    """Measure a project of each size."""
    found = {}
    for count in options.models or (QUICK if options.quick else SIZES):
        print(f"{count} models …", file=sys.stderr)
        found[count] = measured(count)
    return found


def write_project(root: Path, count: int) -> None:
    """Write a package with so many models, 30 a module."""
    package = root / "shop"
    package.mkdir(parents=True)
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    (package / "__init__.py").touch()
    (package / "base.py").write_text(
        "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n"
    )
    modules = range(0, count, A_MODULE)
    for start in modules:
        texts = [_model(number) for number in range(start, min(start + A_MODULE, count))]
        (package / f"part_{start}.py").write_text(HEAD + "".join(texts))
    imports = "".join(f"import shop.part_{start}  # noqa: F401\n" for start in modules)
    (package / "models.py").write_text(f"{imports}from shop.base import Base  # noqa: F401\n")


def _model(number: int) -> str:
    # a tree, as in most schemas: the way to the root is short
    nullable = "" if number else ", nullable=True"
    return MODEL.format(number=number, parent=number // 4, nullable=nullable)


def change(root: Path, count: int) -> None:
    """Do what a day's work does: a new model, a new column, a factory edited by hand."""
    last = root / "shop" / f"part_{(count - 1) // A_MODULE * A_MODULE}.py"
    last.write_text(last.read_text() + _model(count))
    first = root / "shop" / "part_0.py"
    first.write_text(
        first.read_text().replace(
            "    note: Mapped[str | None]\n", f"    note: Mapped[str | None]\n{MORE}", 1
        )
    )
    factory = root / "tests" / "integration" / "factories" / "model0.py"
    factory.write_text(factory.read_text() + "\n    note = 'by hand'\n")


def tcgen(root: Path, *arguments: str) -> float:
    """Run a command and return its seconds."""
    return timed([sys.executable, "-m", "tcgen", *arguments, "--python", sys.executable], root)


def timed(command: list[str], root: Path) -> float:
    """Run any command and return its seconds."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - started


def measured(count: int) -> Seconds:
    """Return the seconds of a project's commands, and of the parts of its update."""
    with tempfile.TemporaryDirectory(prefix="updates-") as folder:
        root = Path(folder, "shop-project")
        write_project(root, count)
        seconds = {"bare": timed([sys.executable, "-c", BARE], root)}
        seconds["init"] = tcgen(root, "init", "--yes", "--no-prove")
        seconds["check, nothing changed"] = tcgen(root, "check")
        change(root, count)
        seconds |= parts(root)
        seconds["update"] = tcgen(root, "update", "--no-prove")
    return seconds


def parts(root: Path) -> Seconds:
    """Return the seconds of the stages of an update that is prepared and not written."""
    from tcgen.record.answers import read_record
    from tcgen.record.lines import plan_lines
    from tcgen.update import run
    from tcgen.workflow import stages
    from tcgen.workflow.request import Request

    seconds: Seconds = {}

    @contextmanager
    def timed_as(name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds[name] = seconds.get(name, 0) + time.perf_counter() - started

    request = Request(root=root, python=sys.executable)
    with timed_as("inspect"):
        stages.inspect(request)
    with timed_as("inspect and plan"):
        planned = stages.plan(request)
    seconds["plan"] = seconds.pop("inspect and plan") - seconds["inspect"]
    render = run.render_text

    def rendered(*arguments: object) -> object:
        with timed_as("render twice"):
            return render(*arguments)  # type: ignore[arg-type]

    run.render_text = rendered  # type: ignore[assignment]
    try:
        with timed_as("merge"):
            run.prepare(root, plan_lines(planned.plan), read_record(root))
    finally:
        run.render_text = render
    seconds["merge"] -= seconds["render twice"]
    return seconds


def text(found: dict[int, Seconds]) -> str:
    """Return a Markdown table, a column a size."""
    names = list(next(iter(found.values())))
    lines = [["seconds", *(f"{count:,} models" for count in found)], ["---", *("---:" for _ in found)]]
    lines += [[name, *(f"{seconds[name]:.1f}" for seconds in found.values())] for name in names]
    lines.append(["update : bare", *(f"{one['update'] / one['bare']:.1f}" for one in found.values())])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def pages(found: dict[int, Seconds]) -> dict[str, str]:
    """Return the page."""
    return {
        "benchmarks-updates.md": f"""\
# Seconds for an update

Written by `python -m tests.benchmarks updates --page`: {os.cpu_count()} CPUs, Python {platform.python_version()}, each
command once, as a process of its own.

A project of so many models, 30 a module and seven columns each, gets its suite; `bare` is a process that imports the
models and configures the mappers, and does nothing else. Then a model and a column are added and
a factory is edited by hand, and `tcgen update` merges. The lines between are parts of that update: `inspect` imports the
models in the project's interpreter, `render` is Copier; the rest of `update` is Python starting, writing, and pytest
collecting the suite. `check` renders nothing where the plan is the recorded one.

{text(found)}
"""
    }
