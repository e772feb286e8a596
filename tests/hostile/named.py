"""Names that are hostile to what is generated from them: the text must hold exactly what they are, and run nothing."""

from __future__ import annotations

from tests.hostile.case import INIT, PYPROJECT, Case, works

HEAD = """\
import builtins
import enum

from sqlalchemy import JSON, CheckConstraint, Date, DateTime, Enum, ForeignKey, Integer, String, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column


class Root(DeclarativeBase):
    pass


def model(name, **columns):
    body = {"__module__": __name__, "id": mapped_column(Integer, primary_key=True)}
    return builtins.type(name, (Root,), {**body, **columns})


"""
TEXTS = {
    "double-quote": 'a"b',
    "single-quote": "a'b",
    "both-quotes": "a'\"b",
    "triple-quote": '"""a',
    "newline": "a\nb",
    "carriage-return": "a\rb",
    "tab": "a\tb",
    "backslash": "a\\",
    "jinja": "{{ 7 * 7 }}",
    "jinja-block": "{% raw %}",
    "jinja-comment": "{# a",
    "github": "${{ github.token }}",
    "shell": "$(touch pwned)`touch pwned`",
    "braces": "{a} {{b}} {",
    "percent": "100% %(a)s %%",
    "colon": "a:b :c",
    "comment": "a # b",
    "import": "'; import os; os.system('touch pwned'); '",
    "import-double": '"; import os; os.system("touch pwned"); "',
    "yaml-tag": "!!python/object/apply:os.system",
    "yaml-anchor": "&a *b",
    "yaml-document": "--- a",
    "spaces": " a ",
    "dot": "a.b",
    "star": "*/ a",
    "bidi": "a\u202eb",
    "zero-width": "a\u200bb",
    "line-separator": "a\u2028b",
    "ligature": "\ufb01eld",
    "not-ascii": "日本é",
    "emoji": "\U0001f600",
    "escape": "a\x1b[31m",
    "long": "x" * 63,
    "keyword": "class",
    "select": "select",
    "null": "None",
    "number": "1",
    "dashes": "--",
    "empty-looking": "\u3000",
}
CLASSES = {
    "digit": "1Item",
    "number": "2",
    "keyword": "class",
    "soft-keyword": "match",
    "none": "None",
    "base": "Base",
    "model": "Model",
    "factory": "ModelFactory",
    "use": "Use",
    "any": "Any",
    "list": "list",
    "private": "__private",
    "underscore": "_",
    "long": "x" * 250,
    "long-line": "X" * 90,
    "not-ascii": "日本",
    "ligature": "\ufb01eld",
    "quote": "a'\"b",
    "newline": "a\nb",
    "jinja": "{{ a }}",
    "space": "a b",
    "dotted": "a.b",
}
ATTRIBUTES = {
    "keyword": "class",
    "none": "None",
    "ligature": "\ufb01eld",
    "micro": "\u00b5",
    "ordinal": "\u00aa",
    "model": "__model__",
    "private": "_x",
    "mangled": "__x",
    "build": "build",
    "create": "create_sync",
    "self": "self",
    "cls": "cls",
    "use": "Use",
    "long": "x" * 100,
    "not-ascii": "日本",
    "date": "date",
    "uuid": "UUID",
    "list": "list",
    "match": "match",
    "session": "session",
    "digit": "1st",
    "space": "a b",
    "quote": "a'b",
}
COLUMNS = "[String(20), Date, Integer, DateTime, JSON, Uuid]"


def _about(text: str) -> str:
    """A class with a text wherever a model can hold one."""
    label = text[:60]
    return (
        HEAD
        + f"""\
TEXT = {text!r}
LABEL = {label!r}
Hostile = model(
    "Hostile",
    __tablename__=LABEL,
    text=mapped_column("t" + LABEL[:50], String(80), nullable=False, comment=TEXT),
    given=mapped_column("g" + LABEL[:50], String(80), server_default=TEXT),
    kind=mapped_column(Enum("a" + LABEL, LABEL, name="kind" + LABEL[:50]), nullable=False),
    checked=mapped_column(
        String(80),
        CheckConstraint("checked IN ('" + TEXT.replace("'", "''") + "', 'b')", name="c" + LABEL[:50]),
        nullable=False,
    ),
)
Child = model(
    "Child",
    __tablename__="child" + LABEL[:50],
    parent=mapped_column("p" + LABEL[:50], ForeignKey(Hostile.__table__.c.id), nullable=False),
)
"""
    )


def _called(name: str) -> str:
    """A class of a name that its module has, and one whose name leads nowhere."""
    return (
        HEAD
        + f"""\
globals()[{name!r}] = model({name!r}, __tablename__="named", text=mapped_column(String(9), nullable=False))
Alias = model({name!r} + "2", __tablename__="aliased")
Child = model("Child", __tablename__="child", parent=mapped_column(ForeignKey("named.id"), nullable=False))
"""
    )


def _with_attribute(name: str) -> str:
    return (
        HEAD
        + f"""\
kinds = {COLUMNS}
columns = {{{name!r} + "x" * n: mapped_column(f"c{{n}}", kind, nullable=False) for n, kind in enumerate(kinds)}}
Attributes = model("Attributes", __tablename__="attributes", **columns)
"""
    )


def _models(text: str) -> dict[str, str]:
    return {"shop/models.py": text}


def _project(name: str) -> dict[str, str]:
    return {"pyproject.toml": PYPROJECT.replace('"shop"', '"""' + name + '"""')}


NAMED: tuple[Case, ...] = (
    *(works(f"name-text-{one}", files=_models(_about(text)), tidy=True) for one, text in TEXTS.items()),
    *(works(f"name-class-{one}", files=_models(_called(name)), tidy=True) for one, name in CLASSES.items()),
    *(
        works(f"name-attribute-{one}", files=_models(_with_attribute(name)), tidy=True)
        for one, name in ATTRIBUTES.items()
    ),
    *(
        works(f"name-project-{one}", files=_project(name), tidy=True, argv=(*INIT, "--ci", "github"))
        for one, name in {
            "jinja": "{{ 7 * 7 }}",
            "github": "${{ github.token }}",
            "shell": "$(touch pwned)",
            "path": "../../x",
            "quotes": "a'b",
            "long": "x" * 300,
        }.items()
    ),
    works(
        "name-environment",
        files={
            ".env": "DATABASE_URL=x\nA-B=1\n{{ a }}=2\n$(touch pwned)_URL=postgresql://x\nÉ_DATABASE_URL=y\n"
        },
        tidy=True,
    ),
    works(
        "name-compose",
        files={
            "compose.yaml": "services:\n  '{{ a }}': {image: \"postgres:17'; touch pwned\"}\n  b: {image: 'redis:${{ x }}'}\n"
        },
        tidy=True,
    ),
    works("name-module", files={"shop/class.py": HEAD + 'X = model("X", __tablename__="x")\n'}, tidy=True),
    works(
        "name-module-ligature",
        files={"shop/\ufb01.py": HEAD + 'X = model("X", __tablename__="x")\n'},
        tidy=True,
    ),
)
