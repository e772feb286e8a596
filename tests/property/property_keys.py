"""A module in the making: tables with their primary and foreign keys."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import strategies as st
from property_checks import quote
from property_source import Column, Model, Module, Relationship, is_attribute
from property_types import WHOLE, Sort, key_sorts, sorts

from tcgen.ir.schema import Dialect

ENUMS = {
    "Colour": [("RED", "red"), ("GREEN", "green"), ("DARK_BLUE", "dark-blue")],
    "State": [("new", "1"), ("class_", "2")],
    "Single": [("ONLY", "only")],
}
CLASSES = [
    "Thing", "Order", "HTTPServer", "User", "Model", "Use", "Parent", "Decimal", "Range", "date", "Any",
    "cycle", "fake", "ModelFactory", "order_", "Base2", "Größe", "datetime", "ClassVar", "func",
]  # fmt: skip
TABLES = ["thing", "order", "user", "two words", 'qu"ote', "UPPER", "größe", "it's", "from", "100%"]
COLUMNS = [
    "name", "email", "code", "amount", "status", "note", "quantity", "starts_at", "url", "country", "phone",
    "description", "position", "title", "slug", "kind", "value", "currency", "zip", "first_name", "ip",
    "class", "select", "user", 'na"me', "my col", "_private", "build", "batch", "größe", "from", "it's",
    "fake", "serial", "cycle", "date", "timedelta", "Decimal", "Use", "UPPER", "timezone", "list", "str",
    "a%b", "process_kwargs", "create_sync", "keys", "lambda", "uuid", "datetime", "func", "x-y",
]  # fmt: skip


@dataclass
class Known:
    """What the strategy remembers of a table while the module grows.

    Attributes:
        sorts: Type of each of its columns.
        key: Attributes of its primary key.
        taken: Columns with a constraint already.
        reachable: Keys to tables that come earlier and have room for any number of rows.
        links: Attributes of each foreign key.
        own_most: Rows its own constraints leave room for.
        needs: Table → rows of it that a row of this one needs, itself included.
        unique: Columns that a unique constraint speaks of.
        scarce: Columns of few values that a unique constraint speaks of.
        polymorphic: Classes may extend it.
    """

    model: Model
    sorts: dict[str, Sort] = field(default_factory=dict)
    key: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    reachable: set[str] = field(default_factory=set)
    links: list[set[str]] = field(default_factory=list)
    unique: set[str] = field(default_factory=set)
    scarce: set[str] = field(default_factory=set)
    own_most: int | None = None
    needs: Counter[str] = field(default_factory=Counter)
    polymorphic: bool = False
    identity_always: bool = False

    def column(self, attr: str) -> Column:
        """Return the column of an attribute."""
        return next(one for one in self.model.columns if one.attr == attr)

    def at_most(self, rows: int | None) -> None:
        """Take a bound on the number of rows."""
        if rows is not None and rows < 25:
            self.own_most = rows if self.own_most is None else min(rows, self.own_most)


class Keys:
    """A module in the making: how a table begins, and its keys."""

    def __init__(self, draw: st.DrawFn, dialect: Dialect) -> None:
        self.draw = draw
        self.dialect = dialect
        self.module = Module([], ENUMS)
        self.tables: list[Known] = []
        self.names = iter(draw(st.permutations(CLASSES)))
        self.table_names = iter(draw(st.permutations(TABLES)))
        self.counter = 0

    @property
    def is_mysql(self) -> bool:
        """Whether it is for MySQL or MariaDB."""
        return self.dialect in ("mysql", "mariadb")

    def quote(self, name: str) -> str:
        """Return a column's name as the database writes it."""
        return quote(name, self.dialect)

    def flip(self, one_in: int = 2) -> bool:
        """Return True once in so many times; False is the simpler choice."""
        return self.draw(st.integers(0, one_in - 1)) == one_in - 1

    def pick(self, *of: str) -> str:
        """Choose one; the first is the simplest."""
        return self.draw(st.sampled_from(of))

    def sort(self) -> Sort:
        """Choose a type."""
        return self.draw(sorts(ENUMS, self.dialect))

    def number(self) -> int:
        """Return a number that was not used before."""
        self.counter += 1
        return self.counter

    def start(self, style: str | None = None) -> Known:
        """Begin a class with a table of its own."""
        model = Model(next(self.names), next(self.table_names, f"table_{self.number()}"))
        model.style = style or self.pick("column", "mapped", "table", "imperative", "dataclass")  # type: ignore[assignment]
        if self.dialect == "postgresql" and self.flip(6):
            model.schema = self.pick("other", "two words")
        known = Known(model)
        self.module.models.append(model)
        self.tables.append(known)
        return known

    def add(self, known: Known, name: str, sort: Sort, **fields: object) -> Column:
        """Add a column, under its own name where that can be an attribute."""
        names = {one.name for one in known.model.columns} | {one.attr for one in known.model.columns}
        names |= {one.name for one in known.model.relationships}
        # SQLAlchemy would take a column of that name for its base's, and warns of it
        bases = [one for one in self.module.models if one.name == known.model.inherits]
        names |= {name for base in bases for one in base.columns for name in (one.name, one.attr)}
        if name in names:
            name = f"{name}_{self.number()}"
        attr = name
        if known.model.style in ("column", "mapped", "dataclass"):
            hidden = known.model.style == "dataclass" and (name.startswith("_") or name == "self")
            if not is_attribute(name) or hidden or self.flip(6):
                attr = f"attribute_{self.number()}"
        # the constraint of an enum is called like the enum, of which a table may have several columns
        type_ = sort.type.replace(
            "create_constraint=True", f"create_constraint=True, name='in_{self.number()}'"
        )
        column = Column(attr, name, type_, **fields)  # type: ignore[arg-type]
        known.model.columns.append(column)
        known.sorts[attr] = sort
        return column

    def primary_key(self, known: Known) -> None:
        """Give the table a primary key of any kind."""
        forms = ["number", "identity", "natural", "uuid", "server", "composite", "sequence"]
        if self.dialect != "postgresql":
            forms.remove("server")
        if self.candidates(known, 1):
            forms += ["shared", "dependent", "association"]
        form = self.pick(*forms)
        if form in ("number", "identity", "sequence"):
            column = self.add(known, "id", self.draw(st.sampled_from(WHOLE)), primary_key=True)
            if form == "number":
                column.options["autoincrement"] = "True"
            elif form == "identity":
                known.identity_always = self.flip()
                column.args.append(f"_sa.Identity(always={known.identity_always})")
            else:
                column.args.append(f"_sa.Sequence('seq_{self.number()}')")
                # SQLAlchemy divides by the number of parameters of a row, which must not be none
                self.add(known, "label", Sort("_sa.String(40)", "text", size=40))
                column.options["autoincrement"] = "True"
        elif form == "uuid":
            default = {"default": "_uuid.uuid4"} if self.flip() else {}
            self.add(known, "id", Sort("_sa.Uuid()"), primary_key=True, options=default)
        elif form == "server":
            options = {"server_default": "_sa.text('gen_random_uuid()')"}
            self.add(known, "id", Sort("_sa.Uuid()"), primary_key=True, options=options)
        elif form == "natural":
            self.natural(known)
            known.at_most(known.sorts[known.model.columns[-1].attr].values)
        elif form == "composite":
            self.natural(known)
            self.natural(known)
            self.bound_together(known, [one.attr for one in known.model.columns])
        else:
            self.link(known, required=True, primary_key=True)
            if form == "association":
                self.link(known, required=True, primary_key=True)
            elif form == "dependent":
                self.natural(known)
        known.key = [one.attr for one in known.model.columns if one.primary_key]

    def natural(self, known: Known) -> None:
        """Add a column of the primary key that nobody fills."""
        sort = self.draw(key_sorts(ENUMS, self.dialect))
        column = self.add(known, self.column_name(), sort, primary_key=True)
        if sort.kind == "whole":
            column.options["autoincrement"] = "False"

    def column_name(self) -> str:
        """Choose a name."""
        return self.draw(st.sampled_from(COLUMNS))

    def bound_together(self, known: Known, attrs: list[str], *, strict: bool = False) -> None:
        """Bound the rows by what a unique constraint over these columns leaves."""
        values = []
        known.unique |= set(attrs)
        known.scarce |= {attr for attr in attrs if known.sorts[attr].values is not None}
        for attr in attrs:
            column, sort = known.column(attr), known.sorts[attr]
            free = column.nullable and not (column.filled or column.primary_key or strict)
            copied = any(attr in link and link <= set(attrs) for link in known.links)
            values.append(None if free or copied else sort.values)
        if values and None not in values:
            known.at_most(max(values))

    def candidates(self, known: Known, rows: int) -> list[Known]:
        """Return earlier tables that can be required: those with rows enough for one of this."""
        return [one for one in self.tables if one is not known and self.fits(known, one)]

    def fits(self, known: Known, target: Known) -> bool:
        """Tell whether a row may need one more row of a table."""
        if not target.key or target.model.abstract:
            return False
        together = known.needs + target.needs
        return all(self.room(name) >= rows for name, rows in together.items())

    def room(self, name: str) -> int:
        """Return how many rows a table takes."""
        found = next(one for one in self.tables if one.model.name == name)
        return found.own_most or 25

    def link(self, known: Known, *, required: bool, primary_key: bool = False) -> None:
        """Add a foreign key to another table."""
        targets = self.candidates(known, 1) if required else [one for one in self.tables if one.key]
        # SQLAlchemy could not tell such a key from the one that joins the two tables
        targets = [one for one in targets if one.model.inherits != known.model.name]
        if not targets:
            return
        target = self.draw(st.sampled_from(targets))
        keys = [target.column(attr) for attr in self.target_key(target)]
        stem = self.pick("ref", "owner", "parent", "class", "batch")
        attrs = []
        for key in keys:
            sort = target.sorts[key.attr]
            # a column of another class must not number itself
            column = self.add(
                known, f"{stem}_{key.name}", sort, nullable=not required, primary_key=primary_key
            )
            if primary_key and sort.kind == "whole":
                column.options["autoincrement"] = "False"
            attrs.append(column.attr)
        known.foreign |= set(attrs)
        self.constrain(known, target, attrs, [key.name for key in keys])
        if required:
            known.needs += target.needs
        if target in self.candidates(known, 1) and all(self.room(name) == 25 for name in target.needs):
            known.reachable |= set(attrs) if target is not known else set()
        if self.flip() and target.model.style != "never":
            self.relate(known, target, attrs)

    def target_key(self, target: Known) -> list[str]:
        """Choose what a foreign key points at: the primary key, or a unique column."""
        unique = [
            one.attr
            for one in target.model.columns
            if one.options.get("unique") == "True" and not one.nullable
        ]
        return [self.pick(*unique)] if unique and self.flip(3) else target.key

    def constrain(self, known: Known, target: Known, attrs: list[str], names: list[str]) -> None:
        """Write the foreign key at its column, or as a constraint of the table."""
        known.links.append(set(attrs))
        later = self.tables.index(target) >= self.tables.index(known) if known in self.tables else False
        name = f"fk_{self.number()}"
        options = f", name={name!r}" + (", use_alter=True" if later and target is not known else "")
        if self.flip(5) and not self.is_mysql:
            options += ", deferrable=True, initially='DEFERRED'"
        targets = [f"{target.model.key}.{one}" for one in names]
        if len(attrs) == 1 and self.flip():
            known.column(attrs[0]).args.append(f"_sa.ForeignKey({targets[0]!r}{options})")
            return
        own = [known.column(attr).name for attr in attrs]
        known.model.args.append(f"_sa.ForeignKeyConstraint({own!r}, {targets!r}{options})")

    def relate(self, known: Known, target: Known, attrs: list[str]) -> None:
        """Add a relationship along a foreign key."""
        name = self.pick("related", "build", "model", "batch", "parent_row", "from_")
        used = {one.attr for one in known.model.columns} | {one.name for one in known.model.relationships}
        # a class that extends it cannot have a column of the name of a relationship it inherits
        extensions = [one for one in self.module.models if one.inherits == known.model.name]
        used |= {name for model in extensions for one in model.columns for name in (one.name, one.attr)}
        if name in used:
            name = f"related_{self.number()}"
        known.model.relationships.append(Relationship(name, target.model.name, attrs))

    def point_at_itself(self, known: Known) -> None:
        """Add a key to the table itself; NOT NULL where a row can name itself."""
        can_know = not known.identity_always and not set(known.key) & known.foreign
        required = can_know and self.flip()
        attrs = []
        for key in [known.column(attr) for attr in known.key]:
            column = self.add(known, f"upper_{key.name}", known.sorts[key.attr], nullable=not required)
            attrs.append(column.attr)
        known.foreign |= set(attrs)
        self.constrain(known, known, attrs, [known.column(attr).name for attr in known.key])
