"""``tcgen eject``: the link to the template is cut, all else stays."""

from __future__ import annotations

import shutil
from pathlib import Path

from tcgen.apply.changes import Change
from tcgen.apply.write import publish
from tcgen.errors import TcgenError
from tcgen.ir.plan import ANSWERS


def links(root: Path) -> tuple[str, ...]:
    """Return the files that tie a suite to the template.

    Raises:
        TcgenError: There is no suite.
    """
    folder = (root / ANSWERS).parent
    if not folder.is_dir():
        raise TcgenError("no-suite", f"{root} has no {ANSWERS}", hint="there is nothing to eject from")
    return tuple(sorted(path.relative_to(root).as_posix() for path in folder.rglob("*") if path.is_file()))


def cut(root: Path, files: tuple[str, ...]) -> None:
    """Delete them.

    Raises:
        TcgenError: The disk refused, a file changed meanwhile, or another run is writing.
    """
    contents = ((path, (root / path).read_bytes()) for path in files)
    publish(root, [Change(path=path, kind="delete", old=content, new=b"") for path, content in contents])
    # the answers file is what makes it a suite of tcgen's: with it gone, the rest is rubbish
    shutil.rmtree((root / ANSWERS).parent, ignore_errors=True)
