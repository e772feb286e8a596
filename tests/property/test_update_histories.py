"""A team's life with a suite: models come, change, go and are renamed, files are edited and deleted, the template
improves; and after each update every edit by hand is still there, or in a conflict that is one.

`pytest tests/property/test_update_histories.py` plays the same few histories each time, and
`--hypothesis-profile=thorough` 300 new ones. The models are real, their plans are put together here, so that a step
takes a fraction of a second; what an update does is driven directly, the whole command is in `tests/e2e`.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import merge3
import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tcgen.apply.changes import WRITTEN, Change
from tcgen.apply.merge import Hunk, conflicts_in
from tcgen.apply.write import publish
from tcgen.ir.plan import ANSWERS
from tcgen.ir.service import ServiceChoice
from tcgen.record.answers import read_record
from tcgen.record.lines import plan_lines
from tcgen.render.engine import Rendered, render_text
from tcgen.template.location import Template, template_folder
from tcgen.update import run
from tcgen.workflow import stages
from tcgen.workflow.request import Request

THOROUGH = settings.get_current_profile_name() == "thorough"
HISTORIES, STEPS = (300, 14) if THOROUGH else (3, 12)
FACTORIES = "tests/integration/factories"
NAMES = ("Order", "Invoice", "Parcel", "Ticket", "Voucher")
COLUMNS = {
    "title": "Use(fake.name)",
    "count": "Use(fake.random_int, 1, 100)",
    "city": "Use(fake.city)",
    "rank": "7",
    "code": "Use(lambda: f'code-{next(serial)}')",
}
OTHERWISE = {name: "Use(fake.word)" if code.startswith("Use") else "8" for name, code in COLUMNS.items()}
Row = dict[str, Any]


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "gc.auto=0", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def models(classes: dict[str, Row]) -> str:
    lines = [
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column",
        "",
        "class Base(DeclarativeBase):",
        "    pass",
        "",
    ]
    for name, one in classes.items():
        lines += ["", f"class {name}(Base):", f"    __tablename__ = {one['table']!r}"]
        lines += ["    id: Mapped[int] = mapped_column(primary_key=True)"]
        lines += [f"    {column}: Mapped[str]" for column in one["columns"]]
    return "\n".join(lines) + "\n"


@cache
def rendered(plan: str, template: Template) -> Rendered:
    """Render once: the new side of one update is the old side of the next."""
    return render_text(plan, template)


def touched(base: Sequence[bytes], side: Sequence[bytes]) -> set[float]:
    """Return the numbers of the lines that are gone, and n - 0.5 where something changed between lines n - 1 and n."""
    found: set[float] = set()
    for kind, start, stop, _, _ in difflib.SequenceMatcher(None, base, side, autojunk=False).get_opcodes():
        if kind == "insert":
            found.add(start - 0.5)
        elif kind != "equal":
            found |= {number / 2 for number in range(2 * start, 2 * stop - 1)}
    return found


class World:
    """What all histories share: a real plan to take rows from, and a template with two releases."""

    shared: ClassVar[World]

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        (self.project / "shop").mkdir(parents=True)
        (self.project / "shop" / "__init__.py").touch()
        (self.project / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
        (self.project / "shop" / "models.py").write_text(
            models({"Seed": {"table": "seed", "columns": ["title"]}})
        )
        choice = ServiceChoice(kind="redis", name="redis")
        request = Request(root=self.project, python=sys.executable, services=(choice,))
        rows = [json.loads(line) for line in plan_lines(stages.plan(request).plan).splitlines()]
        self.suite, self.service, self.factory = rows
        self.templates = {"v0.0.1": self._template(folder / "first", "v0.0.1")}
        second = self._template(folder / "second", "v0.0.2")
        for path in sorted((second.folder / "templates" / "suite" / "{{ suite.dest }}").rglob("*.py.jinja")):
            text = path.read_text()
            path.write_text(text.replace('."""\n', ', as of the second release."""\n', 1) + "# the end\n")
        self.templates["v0.0.2"] = second

    def _template(self, folder: Path, version: str) -> Template:
        folder.mkdir()
        shutil.copy(template_folder() / "copier.yml", folder)
        shutil.copytree(template_folder() / "templates", folder / "templates")
        return Template(folder, version, "https://example.org/template.git")

    def row(self, name: str, one: Row) -> Row:
        """The plan of one factory, as the planner would make it."""
        imports = [line.replace("Seed", name) for line in self.factory["imports"]]
        used = ["ModelFactory", *sorted({"fake", "serial"} & set(re.findall(r"\w+", str(one["columns"]))))]
        imports = [
            f"from .base import {', '.join(used)}" if line.startswith("from .base") else line
            for line in imports
        ]
        fields = [
            {"name": column, "code": code, "reason": "", "reserved": False}
            for column, code in one["columns"].items()
        ]
        slug = {"slug": name.lower(), "name": f"{name}Factory", "model": name, "label": f"shop.models.{name}"}
        return self.factory | slug | {"imports": imports, "fields": fields, "table": one["table"]}


class Histories(RuleBasedStateMachine):
    """One history."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World.shared
        self.root = Path(tempfile.mkdtemp(prefix="history-")) / "shop-project"
        self.classes: dict[str, Row] = {}
        self.service = False
        self.template = "v0.0.1"
        self.tables = 0
        self.edits = 0
        # token of an edit → the line it stands in
        self.tokens: dict[str, str] = {}
        self.deleted: set[str] = set()

    def teardown(self) -> None:
        try:
            if self.classes:
                self.update()
        finally:
            shutil.rmtree(self.root.parent)

    # what there is

    def plan(self) -> str:
        services = [self.world.service] if self.service else []
        factories = [self.world.row(name, one) for name, one in sorted(self.classes.items())]
        return "".join(
            json.dumps(row, sort_keys=True) + "\n" for row in (self.world.suite, *services, *factories)
        )

    def text(self) -> dict[str, str]:
        return {
            path.relative_to(self.root).as_posix(): path.read_text()
            for path in sorted(self.root.rglob("tests/**/*.py*"))
        }

    def factories(self) -> dict[str, Path]:
        places = {name: self.root / FACTORIES / f"{name.lower()}.py" for name in sorted(self.classes)}
        return {name: place for name, place in places.items() if place.is_file()}

    def write_models(self) -> None:
        (self.root / "shop" / "models.py").write_text(models(self.classes))

    # what a team does

    @initialize(count=st.integers(2, 3))
    def start(self, count: int) -> None:
        shutil.copytree(self.world.project, self.root)
        self.classes = {
            name: {"table": name.lower(), "columns": dict(list(COLUMNS.items())[:3])}
            for name in NAMES[:count]
        }
        self.write_models()
        git(self.root, "init", "--quiet")
        files = rendered(self.plan(), self.world.templates["v0.0.1"])
        publish(
            self.root, [Change(path=path, kind="create", old=None, new=new) for path, new in files.items()]
        )

    @rule(data=st.data())
    def add_a_model(self, data: st.DataObject) -> None:
        free = [name for name in NAMES if name not in self.classes]
        if free:
            name = data.draw(st.sampled_from(free))
            columns = data.draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True))
            self.classes[name] = {
                "table": self.new_table(name),
                "columns": {one: COLUMNS[one] for one in columns},
            }
            # what was deleted was the factory of another model
            self.deleted.discard(f"{FACTORIES}/{name.lower()}.py")
            self.write_models()

    @precondition(lambda self: len(self.classes) > 1)
    @rule(data=st.data())
    def remove_a_model(self, data: st.DataObject) -> None:
        del self.classes[data.draw(st.sampled_from(sorted(self.classes)))]
        self.write_models()

    @precondition(lambda self: len(self.classes) < len(NAMES))
    @rule(data=st.data(), keeps_table=st.booleans())
    def rename_a_model(self, data: st.DataObject, keeps_table: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.classes)))
        other = data.draw(st.sampled_from([one for one in NAMES if one not in self.classes]))
        self.update()
        was_there = (self.root / FACTORIES / f"{name.lower()}.py").is_file()
        old = self.classes.pop(name)
        self.classes[other] = old | ({} if keeps_table else {"table": self.new_table(other)})
        self.write_models()
        found = self.update()
        moved = [one.moved_from for one in found.changes if one.path == f"{FACTORIES}/{other.lower()}.py"]
        if keeps_table and was_there:
            assert moved == [f"{FACTORIES}/{name.lower()}.py"]
            event(
                "an edited factory moved"
                if any(one.kind == "merge" and one.moved_from for one in found.changes)
                else "moved"
            )

    @rule(data=st.data())
    def change_columns(self, data: st.DataObject) -> None:
        columns = self.classes[data.draw(st.sampled_from(sorted(self.classes)))]["columns"]
        column = data.draw(st.sampled_from(sorted(COLUMNS)))
        if column not in columns:
            columns[column] = COLUMNS[column]
        elif len(columns) > 1 and data.draw(st.booleans()):
            del columns[column]
        else:
            columns[column] = OTHERWISE[column]
        self.write_models()

    @rule()
    def add_or_remove_the_service(self) -> None:
        self.service = not self.service

    @rule()
    def update_the_template(self) -> None:
        self.template = "v0.0.2"

    @rule()
    def commit(self) -> None:
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", "state")

    # what it does to generated files

    @rule(data=st.data())
    def write_a_line_anywhere(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(sorted(self.text())))
        lines = (self.root / place).read_text().splitlines(keepends=True)
        number = data.draw(st.integers(0, len(lines)))
        self.edit(place, [*lines[:number], f"# {self.token()}\n", *lines[number:]], lines)

    @rule(data=st.data())
    def change_a_value(self, data: st.DataObject) -> None:
        if places := self.factories():
            place = places[data.draw(st.sampled_from(sorted(places)))]
            lines = place.read_text().splitlines(keepends=True)
            fields = [
                number
                for number, line in enumerate(lines)
                if re.match(r"    [a-z]\w* = [^(]*\(.*\)$|    \w+ = \d+$", line)
            ]
            if fields:
                number = data.draw(st.sampled_from(fields))
                name = lines[number].split(" = ")[0]
                changed = f"{name} = '{self.token()}'\n"
                self.edit(
                    place.relative_to(self.root).as_posix(),
                    [*lines[:number], changed, *lines[number + 1 :]],
                    lines,
                )

    @rule(data=st.data())
    def add_a_method(self, data: st.DataObject) -> None:
        if places := self.factories():
            place = places[data.draw(st.sampled_from(sorted(places)))]
            text = place.read_text()
            end = "# the end\n"
            has_end = text.endswith(end)
            body = text.removesuffix(end)
            name = self.token().replace("-", "_")
            method = f"\n    @classmethod\n    def {name}(cls) -> None:\n        ...  # {self.token()}\n"
            changed = body + method + (end if has_end else "")
            self.edit(
                place.relative_to(self.root).as_posix(),
                changed.splitlines(keepends=True),
                text.splitlines(keepends=True),
            )

    @rule(data=st.data())
    def delete_a_factory(self, data: st.DataObject) -> None:
        if places := self.factories():
            place = places[data.draw(st.sampled_from(sorted(places)))]
            self.forget(place.read_text(), "")
            place.unlink()
            self.deleted.add(place.relative_to(self.root).as_posix())

    def new_table(self, name: str) -> str:
        self.tables += 1
        return f"{name.lower()}_{self.tables}"

    def token(self) -> str:
        self.edits += 1
        return f"hand-{self.edits}-"

    def edit(self, path: str, lines: list[str], before: list[str]) -> None:
        text = "".join(lines)
        try:
            compile(text, path, "exec")
        except SyntaxError:  # such as a comment after a backslash
            return
        (self.root / path).write_text(text)
        self.forget("".join(before), text)
        self.tokens |= {token: line for line in lines for token in re.findall(r"hand-\d+-", line)}

    def forget(self, before: str, after: str) -> None:
        """What was overwritten by a later edit needs not survive."""
        for token in re.findall(r"hand-\d+-", before):
            if token not in after:
                self.tokens.pop(token, None)

    # what has to hold

    @rule()
    def update_once_more(self) -> None:
        self.update()

    def update(self) -> run.Update:
        before = self.text()
        record = read_record(self.root)
        found = run.prepare(self.root, self.plan(), record, self.template)
        run.write(found)
        after = self.text()
        for token, line in self.tokens.items():
            places = [path for path, text in after.items() if line in text]
            assert len(places) == 1, (token, line, places)
        for change in found.changes:
            if change.kind in ("merge", "conflict"):
                self.keeps_the_order(before, change)
            if change.kind == "conflict":
                event("conflict")
                base = rendered(record.text, self.world.templates[record.version])
                theirs = rendered(self.plan(), self.world.templates[self.template])
                origin = change.moved_from or change.path
                self.is_true(change, base.get(origin, b""), before[origin].encode(), theirs[change.path])
        for path in self.deleted:
            assert path not in after, path
        self.changes_nothing_again()
        for change in found.changes:
            if change.kind == "conflict":
                self.settle(change)
            elif change in found.left_over:
                event("kept an edited factory")
        if found.changes:
            self.collects()
        return found

    def keeps_the_order(self, before: dict[str, str], change: Change) -> None:
        """Edits stand in the order in which they stood."""
        old = before[change.moved_from or change.path]
        tokens = re.findall(r"hand-\d+-", old)
        assert [one for one in re.findall(r"hand-\d+-", change.new.decode()) if one in tokens] == tokens

    def is_true(self, change: Change, base: bytes, ours: bytes, theirs: bytes) -> None:
        """Both sides touched the same lines, and another implementation of merges sees a conflict there too."""
        assert change.merged is not None
        assert conflicts_in(change.new) == change.places
        regions = merge3.Merge3(
            *(text.splitlines(keepends=True) for text in (base, ours, theirs))
        ).merge_regions()
        assert "conflict" in {region[0] for region in regions}, change
        for part in change.merged.parts:
            if isinstance(part, Hunk):
                assert len({part.ours, part.base, part.theirs}) == 3, part
                mine, generated = (touched(part.base, side) for side in (part.ours, part.theirs))
                assert mine & generated, part

    def changes_nothing_again(self) -> None:
        record = read_record(self.root)
        again = run.prepare(self.root, self.plan(), record, self.template)
        assert again.changes == ()
        same = (record.text, self.world.templates[record.version])
        assert not [
            one.path
            for one in run.merged(self.root, same, same)
            if one.kind in (*WRITTEN, "conflict") and one.path != ANSWERS
        ]

    def settle(self, change: Change) -> None:
        """Take the new side of a conflict; edits on the other are given up."""
        assert change.merged is not None
        settled = change.merged.new().decode()
        self.forget(change.new.decode(), settled)
        (self.root / change.path).write_text(settled)

    def collects(self) -> None:
        """Collect in a fork, which has most modules already."""
        child = os.fork()
        if child:
            assert os.waitpid(child, 0)[1] == 0, self.text()
            return
        os.chdir(self.root)
        sys.dont_write_bytecode = True
        for name in [one for one in sys.modules if one.split(".")[0] in ("shop", "tests")]:
            del sys.modules[name]
        sys.path.insert(0, str(self.root))
        os._exit(
            int(
                pytest.main(
                    [
                        "--collect-only",
                        "-q",
                        "-p",
                        "no:cacheprovider",
                        "-p",
                        "no:xdist",
                        "--rootdir",
                        ".",
                        "tests",
                    ]
                )
            )
        )


@pytest.mark.skipif(os.name == "nt", reason="no fork")
def test_histories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "shared", World(tmp_path), raising=False)
    monkeypatch.setattr(run, "render_text", lambda plan, template: dict(rendered(plan, template)))
    # templates are told apart by name here: where they are fetched from has tests of its own
    monkeypatch.setattr(run, "new_template", lambda _, version, __: World.shared.templates[version])
    monkeypatch.setattr(run, "last_template", lambda one, *_: World.shared.templates[one.version])
    run_state_machine_as_test(
        Histories,
        settings=settings(
            settings.get_profile("thorough" if THOROUGH else "gate"),
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            report_multiple_bugs=False,
        ),
    )
