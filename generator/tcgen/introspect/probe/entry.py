"""The child process: run by path in the project's interpreter, with the request on stdin.

Its one argument is the descriptor the JSON answers are written to, a line each. It imports nothing of tcgen, needs
nothing but the standard library and the project's SQLAlchemy; the interpreter was asked for its version before.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import sys
import traceback
from functools import partial
from pathlib import Path
from types import ModuleType

NAME = "_tcgen_probe"
# the project's code may put something of its own in the place of these
WRITE, DUMPS, FORMAT_EXC, EXIT = os.write, json.dumps, traceback.format_exc, os._exit
FRAMES = 5
CRASHED = {"code": "probe-crashed", "hint": "", "detail": ""}


def load_probe(folder: Path) -> ModuleType:
    """Import the probe by its location, so that nothing of ours is ever on the project's ``sys.path``."""
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(str(folder))
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    return importlib.import_module(NAME + ".session")


def _write(descriptor: int, answer: dict[str, object]) -> None:
    """Write one line; whatever else may stand in the file, this begins a line of its own."""
    data = b"\n" + DUMPS(answer).encode() + b"\n"
    while data:
        data = data[WRITE(descriptor, data) :]


def _write_at(descriptor: int, token: str, module: str) -> None:
    """Write which module is imported next."""
    _write(descriptor, {"token": token, "at": module})


def main() -> None:
    """Answer one request, each part as soon as it is known, and leave at once, whatever threads the project has started."""
    here = Path(__file__).resolve().parent
    if sys.path and Path(sys.path[0] or ".").resolve() == here:
        del sys.path[0]
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)
    request = json.loads(sys.stdin.buffer.read())
    token, own = request.pop("token"), os.getpid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["tcgen"]
    # A class that a function makes is held by circles alone: whether it is seen must not hang on when these are collected.
    gc.disable()
    try:
        for answer in load_probe(here).answers(request, partial(_write_at, descriptor, token)):
            if os.getpid() != own:  # a fork that the project's code has made goes on as if it were us
                break
            _write(descriptor, {**answer, "token": token})
    except BaseException:
        crash = {**CRASHED, "message": FORMAT_EXC(limit=-FRAMES).partition("\n")[2]}
        if os.getpid() == own:
            _write(descriptor, {"error": crash, "token": token})
    EXIT(0)


if __name__ == "__main__":
    main()
