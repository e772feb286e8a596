"""Follows one request through `tcgen init`, and counts how often it climbs back to a higher layer.

    python -m tests.quality.request_path                        # this checkout
    python -m tests.quality.request_path --generator FOLDER     # the generator/ of another one

It runs `init --yes` on the sample project in this process and watches every call of a function of tcgen's that is
given one of the values the stages hand on (a request, a project, a schema, a plan, an update …). Calls in one room
that follow each other are one stay; a room is a folder of the package, or a module at its top. A climb is a step into
a room of a higher layer, by a call or by a return.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import FrameType

VALUES = frozenset(
    {
        "Request",
        "Planned",
        "Prepared",
        "Initialised",
        "Inserted",
        "Project",
        "Schema",
        "SuitePlan",
        "Options",
        "Update",
        "Record",
        "Recorded",
    }
)
LAYERS = (
    ("cli",),
    ("copier_hooks", "copier_ext"),
    ("workflow", "pipeline"),
    ("update", "verify"),
    ("apply",),
    ("render",),
    ("record", "plan", "introspect", "discover", "config", "sample"),
    ("catalog", "catalogue"),
    ("template",),
)
"""From the top; the rooms of earlier versions beside those they became."""
RANKS = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}


class Journey:
    """The rooms in the order the request came through them."""

    def __init__(self, package: Path) -> None:
        self.package = f"{package}/"
        self.rooms: list[str] = []
        self.modules: list[str] = []
        self.inside: list[str | None] = []

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Watch one call or return."""
        if event == "call":
            module = self.module(frame)
            self.inside.append(module)
            self.enter(module)
        elif event == "return" and self.inside:
            self.inside.pop()
            self.enter(next((module for module in reversed(self.inside) if module), None))

    def module(self, frame: FrameType) -> str | None:
        """The module of a function that is given one of the values."""
        name = frame.f_code.co_filename
        if not name.startswith(self.package) or frame.f_code.co_name.startswith("<"):
            return None
        module = name.removeprefix(self.package).removesuffix(".py")
        given = frame.f_code.co_varnames[: frame.f_code.co_argcount + frame.f_code.co_kwonlyargcount]
        types = {type(frame.f_locals.get(one)).__name__ for one in given}
        return module if room_of(module) in RANKS and types & VALUES else None

    def enter(self, module: str | None) -> None:
        """Note a stay, if it is another module or room."""
        if module is None:
            return
        if not self.modules or self.modules[-1] != module:
            self.modules.append(module)
        if not self.rooms or self.rooms[-1] != room_of(module):
            self.rooms.append(room_of(module))

    def climbs(self) -> Counter[str]:
        """Where each step into a higher layer leads."""
        steps = zip(self.rooms, self.rooms[1:], strict=False)
        return Counter(to for start, to in steps if RANKS[to] < RANKS[start])


def room_of(module: str) -> str:
    """The folder of the package that a module lies in."""
    return module.partition("/")[0]


def followed(generator: Path) -> Journey:
    """Run `tcgen init` of a checkout on its sample project."""
    sys.path.insert(0, str(generator))
    import tcgen
    from tcgen.cli.app import app
    from tcgen.sample import write_sample

    package = Path(tcgen.__file__).parent
    assert package.parent == generator, f"{package} is not of {generator}"
    journey = Journey(package)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        root = Path(folder, "project")
        write_sample(root)
        sys.setprofile(journey)
        try:
            app(["init", str(root), "--yes", "--python", sys.executable], standalone_mode=False)
        finally:
            sys.setprofile(None)
    return journey


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    own = Path(__file__).resolve().parents[2] / "generator"
    parser.add_argument("--generator", type=lambda text: Path(text).resolve(), default=own)
    generator = parser.parse_args().generator
    journey = followed(generator)
    climbs = journey.climbs()
    print(" → ".join(journey.rooms))
    print(f"{len(journey.modules)} stays in {len(set(journey.modules))} modules")
    print(
        f"{len(journey.rooms)} stays in {len(set(journey.rooms))} rooms; {climbs.total()} climbs:"
        f" {', '.join(f'{count} to {room}' for room, count in climbs.most_common())}"
    )


if __name__ == "__main__":
    main()
