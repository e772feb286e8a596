"""What plain ``copier update`` runs last: the same merge as ``tcgen update``, in place of Copier's own.

Copier applies the user's edits as a patch, which can put them into the wrong place where lines repeat, deletes
edited files that are generated no more, and knows no renames. It works on committed files only, so that the last
commit has everything this needs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tcgen.apply.changes import WRITTEN, Change
from tcgen.apply.write import publish
from tcgen.catalog.load import catalog
from tcgen.errors import TcgenError
from tcgen.ir.plan import ANSWERS
from tcgen.record.answers import parse_record, read_record
from tcgen.template.location import own_template
from tcgen.template.releases import GitError, run_git
from tcgen.update.run import ConflictStyle, Update, conflicts, merged, resolved
from tcgen.update.template_choice import last_template


def main(arguments: list[str]) -> int:
    """Merge again, from the last commit; return the exit status.

    Args:
        arguments: ``inline`` or ``rej``, as Copier was told.
    """
    style: ConflictStyle = "rej" if arguments == ["rej"] else "inline"
    try:
        _say(_remerged(Path.cwd(), style), style)
    except (TcgenError, GitError) as error:
        print(f"tcgen leaves the files as Copier merged them: {error}", file=sys.stderr)  # noqa: T201
    return 0


def _remerged(root: Path, style: ConflictStyle) -> Update:
    old = parse_record(run_git("show", f"HEAD:./{ANSWERS}", cwd=root) + "\n")
    new = read_record(root)
    with tempfile.TemporaryDirectory(prefix="tcgen-") as folder:
        scratch = Path(folder)
        suites = {one.plan.suite.dest for one in (old, new)}
        beside = {"pyproject.toml", *(spec.file for spec in catalog().ci.values())}
        committed = _committed(root, scratch / "committed", suites | beside)
        templates = []
        for name, record in (("old", old), ("new", new)):
            (scratch / name).mkdir()
            template = last_template(record, own_template(), None, scratch / name)
            if template is None:
                raise TcgenError("no-template", f"version {record.version} of the template cannot be had")
            templates.append(template)
        changes = merged(committed, (old.text, templates[0]), (new.text, templates[1]))
    found = Update(root, new.plan.suite.dest, changes, (old.version, new.version))
    wanted = [one for change in changes for one in (resolved(root, change) if style == "rej" else [change])]
    publish(root, [one for change in wanted if (one := _from_disk(root, change)) is not None])
    _tidy(root, changes, style)
    return found


def _committed(root: Path, folder: Path, places: set[str]) -> Path:
    """Write what the last commit has of the suite into a folder, and return the project's root in it."""
    folder.mkdir()
    index = {"GIT_INDEX_FILE": str(folder.with_suffix(".index"))}
    names = run_git("ls-tree", "-r", "-z", "--name-only", "HEAD", "--", *sorted(places), cwd=root)
    run_git("read-tree", "HEAD", cwd=root, **index)
    run_git("checkout-index", "-z", "--stdin", f"--prefix={folder}/", cwd=root, stdin=names, **index)
    return folder / run_git("rev-parse", "--show-prefix", cwd=root)


def _from_disk(root: Path, change: Change) -> Change | None:
    """Return the change that makes of what Copier left there what it should be."""
    place = root / change.path
    present = place.read_bytes() if place.is_file() else None
    wanted = change.new if change.kind in WRITTEN or change.places else change.old
    if change.kind == "delete":
        wanted = None
    if change.path == ANSWERS or wanted == present:
        return None
    if wanted is None:
        return Change(path=change.path, kind="delete", old=present, new=b"")
    return Change(path=change.path, kind="create" if present is None else "update", old=present, new=wanted)


def _tidy(root: Path, changes: tuple[Change, ...], style: ConflictStyle) -> None:
    """Take back what Copier said about conflicts that there are not."""
    clashing = {change.path for change in changes if change.kind == "conflict"}
    for change in changes:
        if change.path not in clashing:
            (root / f"{change.path}.rej").unlink(missing_ok=True)
    listed = run_git("ls-files", "--unmerged", cwd=root).splitlines()
    solved = {line.partition("\t")[2] for line in listed} - (clashing if style == "inline" else set())
    ours = sorted(solved & {change.path for change in changes})
    if ours:
        run_git("reset", "--quiet", "--", *ours, cwd=root)


def _say(found: Update, style: ConflictStyle) -> None:
    for change in found.left_over:
        print(f"kept {change.path}: {change.note}", file=sys.stderr)  # noqa: T201
    for place in conflicts(found, style):
        print(f"conflict: {place}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
