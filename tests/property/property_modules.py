"""Random modules of models, each satisfiable by construction: every table has room for the rows it promises."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from property_checks import NULLS, TWO, TWO_NUMBERS, on_one, quote
from property_source import Association, Column, Model, Module, Relationship, is_attribute
from property_types import WHOLE, Sort, enums, sorts

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


class Growing:
    """A module in the making."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.module = Module([], ENUMS)
        self.tables: list[Known] = []
        self.names = iter(draw(st.permutations(CLASSES)))
        self.table_names = iter(draw(st.permutations(TABLES)))
        self.counter = 0

    def flip(self, one_in: int = 2) -> bool:
        """Return True once in so many times; False is the simpler choice."""
        return self.draw(st.integers(0, one_in - 1)) == one_in - 1

    def pick(self, *of: str) -> str:
        """Choose one; the first is the simplest."""
        return self.draw(st.sampled_from(of))

    def sort(self) -> Sort:
        """Choose a type."""
        return self.draw(sorts(ENUMS))

    def number(self) -> int:
        """Return a number that was not used before."""
        self.counter += 1
        return self.counter

    def start(self, style: str | None = None) -> Known:
        """Begin a class with a table of its own."""
        model = Model(next(self.names), next(self.table_names))
        model.style = style or self.pick("column", "mapped", "table", "imperative", "dataclass")  # type: ignore[assignment]
        if self.flip(6):
            model.schema = self.pick("other", "two words")
        known = Known(model)
        self.module.models.append(model)
        self.tables.append(known)
        return known

    def add(self, known: Known, name: str, sort: Sort, **fields: object) -> Column:
        """Add a column, under its own name where that can be an attribute."""
        names = {one.name for one in known.model.columns} | {one.attr for one in known.model.columns}
        names |= {one.name for one in known.model.relationships}
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

    # --- keys -----------------------------------------------------------------------------------

    def primary_key(self, known: Known) -> None:
        """Give the table a primary key of any kind."""
        forms = ["number", "identity", "natural", "uuid", "server", "composite", "sequence"]
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
                self.add(known, "label", Sort("_sa.String()", "text"))
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
        sort = self.draw(sorts(ENUMS).filter(lambda one: one.values != 0 and one.key))
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

    # --- foreign keys ---------------------------------------------------------------------------

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
        if self.flip(5):
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

    # --- columns and their constraints ----------------------------------------------------------

    def plain_columns(self, known: Known, most: int = 5) -> None:
        """Add columns that are no keys."""
        for _ in range(self.draw(st.integers(0, most))):
            sort = self.sort()
            column = self.add(known, self.column_name(), sort, nullable=self.flip(3))
            self.fill(known, column, sort)
            if self.flip(4) and sort.values != 0 and "Computed" not in str(column.args):
                column.options["unique"] = "True"
                known.taken.add(column.attr)
                self.bound_together(known, [column.attr])
                if self.flip(3):
                    self.check_one(known, column, sort)

    def fill(self, known: Known, column: Column, sort: Sort) -> None:
        """Give a column a default of some kind, or none."""
        if not self.flip(4):
            return
        if sort.default and self.flip():
            column.options["default"] = sort.default
        elif sort.server:
            column.options["server_default"] = sort.server

    def check_one(self, known: Known, column: Column, sort: Sort) -> None:
        """Add a CHECK on a column, and remember how many values it leaves."""
        if column.filled or column.attr in known.foreign:
            return
        check = self.draw(on_one(column.name, sort))
        if check is None:
            return
        known.taken.add(column.attr)
        known.sorts[column.attr] = replace(sort, values=check.values)
        if column.attr in known.unique:
            known.at_most(check.values)
        name = f", name='ck_{self.number()}'" if self.flip() else ""
        if self.flip(4):
            column.args.append(f"_sa.CheckConstraint({check.sql!r}{name})")
        else:
            known.model.args.append(f"_sa.CheckConstraint({check.sql!r}{name})")

    def checks(self, known: Known) -> None:
        """Add conditions on single columns and on pairs of them."""
        for column in list(known.model.columns):
            if column.attr not in known.taken and not column.primary_key and self.flip(3):
                self.check_one(known, column, known.sorts[column.attr])
        if self.flip():
            self.compare(known)
        if self.flip():
            self.check_nulls(known)
        if self.flip(3):
            self.check_keys(known)
        if self.flip(3):
            self.imply(known)
        if self.flip(6):
            self.add_up(known)

    def check_keys(self, known: Known) -> None:
        """Let exactly one of two optional keys be set, or two keys lead to different rows."""
        links = [link for link in known.links if len(link) == 1 and not link & (known.taken | set(known.key))]
        keys = [known.column(next(iter(link))) for link in links if not link & known.unique]
        optional = [one for one in keys if one.nullable and one.attr in known.reachable]
        if len(optional) > 1 and self.flip():
            self.condition(known, self.pick(*NULLS), *optional[:2])
        elif len(keys) > 1 and keys[0].type == keys[1].type:
            self.condition(known, "{a} <> {b}", *keys[:2])

    def imply(self, known: Known) -> None:
        """Let the value of an enum ask for another column."""
        state = next((one for one in self.free(known, nullable=False) if known.sorts[one.attr].members), None)
        other = next(iter(self.free(known, nullable=True)), None)
        if state is not None and other is not None:
            member = known.sorts[state.attr].members[0].replace("'", "''")
            self.condition(known, f"{{a}} <> '{member}' OR {{b}} IS NOT NULL", state, other)

    def add_up(self, known: Known) -> None:
        """Let a number be the sum of two others."""
        sort = self.draw(st.sampled_from([WHOLE[0], WHOLE[1], Sort("_sa.Numeric(10, 2)", "number", size=8)]))
        names = ("net", "tax", "total")
        net, tax, total = (self.add(known, f"{name}_{self.number()}", sort) for name in names)
        known.taken |= {net.attr, tax.attr, total.attr}
        form = self.pick("{c} = {a} + {b}", "{a} + {b} <= {c}", "{c} - {b} = {a} AND {a} > 0")
        sql = form.format(a=quote(net.name), b=quote(tax.name), c=quote(total.name))
        known.model.args.append(f"_sa.CheckConstraint({sql!r})")

    def free(self, known: Known, *, nullable: bool | None = None) -> list[Column]:
        """Return columns that no constraint speaks of yet."""
        return [
            one
            for one in known.model.columns
            if one.attr not in known.taken | known.foreign | known.scarce
            and not one.primary_key
            and not one.filled
            and (nullable is None or one.nullable is nullable)
        ]

    def compare(self, known: Known) -> None:
        """Compare two columns of one type."""
        free = [
            one
            for one in self.free(known)
            if known.sorts[one.attr].kind in ("whole", "number", "date", "moment")
        ]
        first = next((one for one in free), None)
        if first is None:
            return
        sort = known.sorts[first.attr]
        if sort.kind == "number" and (sort.size or 0) < 3:
            return
        second = self.add(known, self.column_name(), sort, nullable=self.flip(3))
        numbers = TWO_NUMBERS if sort.kind in ("whole", "number") else []
        self.condition(known, self.pick(*TWO, *numbers), first, second)

    def check_nulls(self, known: Known) -> None:
        """Let two columns that may be NULL depend on each other."""
        while len(free := self.free(known, nullable=True)) < 2:
            self.add(known, self.column_name(), self.sort(), nullable=True)
        self.condition(known, self.pick(*NULLS), *free[:2])

    def condition(self, known: Known, form: str, first: Column, second: Column) -> None:
        """Write a CHECK on two columns."""
        known.taken |= {first.attr, second.attr}
        sql = form.format(a=quote(first.name), b=quote(second.name))
        known.model.args.append(f"_sa.CheckConstraint({sql!r})")

    def uniques(self, known: Known) -> None:
        """Add unique constraints and indexes over one or several columns."""
        for _ in range(self.draw(st.integers(0, 2))):
            able = [
                one
                for one in known.model.columns
                if known.sorts[one.attr].values != 0
                and "Computed" not in str(one.args)
                and "unique" not in one.options
            ]
            if not able:
                return
            chosen = self.draw(
                st.lists(st.sampled_from(able), min_size=1, max_size=3, unique_by=lambda one: one.attr)
            )
            self.unique(known, chosen)

    def unique(self, known: Known, chosen: list[Column]) -> None:
        """Add one over these columns."""
        attrs = [one.attr for one in chosen]
        names = ", ".join(repr(one.name) for one in chosen)
        if set(attrs) <= known.foreign and self.part_is_scarce(known, set(attrs)):
            return
        text = [one for one in chosen if known.sorts[one.attr].kind == "text"]
        form = self.pick("constraint", "index", "partial", "lower", "nulls")
        strict = False
        if form == "lower" and text:
            first = f"_sa.text({f'lower({quote(text[0].name)})'!r})"
            known.model.args.append(f"_sa.Index('ix_{self.number()}', {first}, unique=True)")
            attrs = [text[0].attr]
        elif form == "partial":
            where = f"{quote(chosen[0].name)} IS NOT NULL"
            known.model.args.append(
                f"_sa.Index('ix_{self.number()}', {names}, unique=True, postgresql_where=_sa.text({where!r}))"
            )
        elif form == "nulls" and not any(one.nullable and one.attr in known.foreign for one in chosen):
            strict = True
            known.model.args.append(f"_sa.UniqueConstraint({names}, postgresql_nulls_not_distinct=True)")
        elif form == "index":
            known.model.args.append(f"_sa.Index('ix_{self.number()}', {names}, unique=True)")
        else:
            known.model.args.append(f"_sa.UniqueConstraint({names}, name='uq_{self.number()}')")
        self.bound_together(known, attrs, strict=strict)

    def part_is_scarce(self, known: Known, attrs: set[str]) -> bool:
        """Tell whether new parents may agree in the part of a composite key that has to differ."""
        parts = [link & attrs for link in known.links if link & attrs and not link <= attrs]
        return any(known.sorts[attr].values is not None for part in parts for attr in part)

    def computed(self, known: Known) -> None:
        """Add a column the database computes."""
        for column in known.model.columns:
            whole = known.sorts[column.attr].type == "_sa.Integer()" and not column.nullable
            if whole and column.attr not in known.foreign:
                made = self.add(known, "computed", Sort("_sa.BigInteger()"), nullable=self.flip())
                made.args.append(f"_sa.Computed({f'{quote(column.name)}::bigint + 1'!r})")
                return

    # --- behaviour of the class -----------------------------------------------------------------

    def behaviour(self, known: Known) -> None:
        """Give the class a validator or an `__init__` of its own."""
        model = known.model
        body = model.body
        required = [
            one
            for one in model.columns
            if not one.nullable and not one.filled and one.attr not in known.foreign
        ]
        named = [one for one in required if is_attribute(one.attr)]
        if named and model.style != "imperative" and self.flip(4):
            body += [
                f"@_orm.validates({named[0].attr!r})",
                "def _validated(self, key, value):",
                "    if value is None:",
                "        raise ValueError(key)",
                "    return value",
            ]
        if named and model.style in ("column", "mapped") and self.flip(6):
            body.append(f"another_name = _orm.synonym({named[0].attr!r})")
        if model.style == "table" and self.flip(6):
            body.append("twice = _orm.column_property(_sa.literal(1) + 1)")
        if model.style == "dataclass" or not self.flip(5):
            return
        if model.style == "imperative":
            body += ["def __init__(self, *given):", "    self.given = given"]
            return
        form = self.pick("hands on", "own", "asks")
        if form == "hands on":
            body += ["def __init__(self, **values):", "    super().__init__(**values)"]
        elif form == "own":
            body += ["def __init__(self, given=None):", "    super().__init__()"]
        else:
            body += [
                "def __init__(self, given, **values):",
                "    super().__init__(**values)",
                "    given.close()",
            ]

    def finish(self, known: Known) -> None:
        """Write down how many rows there are room for."""
        known.needs[known.model.name] += 1
        bounds = [self.room(name) // rows for name, rows in known.needs.items()]
        known.model.most_rows = min(bounds) if min(bounds) < 25 else None

    # --- whole classes --------------------------------------------------------------------------

    def ordinary(self) -> None:
        """Add a class with a table of its own."""
        known = self.start()
        if known.model.style in ("column", "mapped") and self.flip(5):
            self.make_polymorphic(known)
        self.primary_key(known)
        self.plain_columns(known)
        for _ in range(self.draw(st.integers(0, 2))):
            self.link(known, required=self.flip())
        if self.flip(4):
            self.point_at_itself(known)
        self.uniques(known)
        self.checks(known)
        if self.flip(5):
            self.computed(known)
        self.behaviour(known)
        self.finish(known)

    def make_polymorphic(self, known: Known) -> None:
        """Let other classes extend this one."""
        known.polymorphic = True
        type_ = self.pick("_sa.String(30)", "_sa.Text()", "_pg.CITEXT()")
        column = Column("kind", "kind", type_)
        known.model.columns.append(column)
        known.sorts["kind"] = Sort("_sa.String(30)", values=0)
        known.taken.add("kind")
        known.model.mapper_args["polymorphic_on"] = "'kind'"
        if self.flip(3):
            known.model.abstract = True
        else:
            known.model.mapper_args["polymorphic_identity"] = repr(known.model.name)

    def concrete(self, base: Known) -> None:
        """Add a class that extends another, with all of its columns in a table of its own."""
        known = self.start(base.model.style)
        model = known.model
        model.inherits, model.schema = base.model.name, None
        model.mapper_args["concrete"] = "True"
        for column in base.model.columns:
            options = {name: value for name, value in column.options.items() if name != "unique"}
            args = [one for one in column.args if not one.startswith(("_sa.Foreign", "_sa.Check"))]
            model.columns.append(replace(column, args=args, options=options))
            known.sorts[column.attr] = base.sorts[column.attr]
        known.key = list(base.key)
        self.bound_together(known, known.key)
        self.plain_columns(known, 2)
        self.finish(known)

    def extension(self, base: Known) -> None:
        """Add a class that extends another: in a table of its own, or in the same."""
        single = self.flip()
        known = self.start(base.model.style)
        model = known.model
        model.inherits, model.single, model.schema = base.model.name, single, None
        model.mapper_args["polymorphic_identity"] = repr(model.name)
        known.needs = Counter(base.needs)
        known.needs[base.model.name] = max(base.needs[base.model.name], 1)
        if single:
            self.add(known, f"single_{self.number()}", self.sort(), nullable=True)
            known.key = []
        else:
            self.inherit_key(known, base)
            self.plain_columns(known, 2)
            self.uniques(known)
            self.checks(known)
        self.finish(known)

    def inherit_key(self, known: Known, base: Known) -> None:
        """Make the key of a joined table."""
        names, targets = [], []
        for attr in base.key:
            key = base.column(attr)
            column = Column(attr, key.name, key.type, primary_key=True)
            known.model.columns.append(column)
            known.sorts[attr] = base.sorts[attr]
            names.append(key.name)
            targets.append(f"{base.model.key}.{key.name}")
        known.key = list(base.key)
        known.foreign |= set(base.key)
        known.model.args.append(f"_sa.ForeignKeyConstraint({names!r}, {targets!r})")

    def tenants(self) -> None:
        """Add tables whose composite keys share a column: rows of one tenant refer to that tenant's rows."""
        tenant = self.start(self.pick("column", "mapped"))
        self.add(tenant, "id", WHOLE[0], primary_key=True).options["autoincrement"] = "True"
        tenant.key = [tenant.model.columns[0].attr]
        self.finish(tenant)
        parts = [self.tenant_part(tenant) for _ in range(2)]
        child = self.start(self.pick("column", "mapped"))
        self.add(child, "id", WHOLE[0], primary_key=True).options["autoincrement"] = "True"
        shared = self.add(child, "tenant", WHOLE[0]).attr
        for number, part in enumerate(parts):
            own = self.add(child, f"part_{number}", part.sorts[part.key[1]], nullable=self.flip(3)).attr
            child.foreign |= {shared, own}
            names = [part.column(attr).name for attr in part.key]
            self.constrain(child, part, [shared, own], names)
        if self.flip():
            self.constrain(child, tenant, [shared], [tenant.model.columns[0].name])
        child.key = [child.model.columns[0].attr]
        self.plain_columns(child, 2)
        self.finish(child)

    def tenant_part(self, tenant: Known) -> Known:
        """Add a table of things that belong to a tenant and are numbered within it."""
        part = self.start(self.pick("column", "mapped"))
        of = self.add(part, "tenant", WHOLE[0], primary_key=True)
        sort = self.draw(
            st.sampled_from([WHOLE[0], Sort("_sa.Uuid()"), Sort("_sa.String(20)", "text", size=20)])
        )
        number = self.add(part, "number", sort, primary_key=True)
        for column in (of, number):
            if "Integer" in column.type:
                column.options["autoincrement"] = "False"
        part.key = [of.attr, number.attr]
        part.foreign.add(of.attr)
        self.constrain(part, tenant, [of.attr], [tenant.model.columns[0].name])
        self.finish(part)
        return part

    def association(self) -> None:
        """Put a table without a class between two classes."""
        ends = [one for one in self.tables if len(one.key) == 1 and one.model.style != "imperative"]
        if len(ends) < 2:
            return
        name = f"between_{self.number()}"
        columns = []
        for side, end in zip(("left", "right"), ends[:2], strict=True):
            key = end.column(end.key[0])
            arg = f"_sa.ForeignKey({f'{end.model.key}.{key.name}'!r})"
            columns.append(Column(side, side, key.type, primary_key=True, args=[arg]))
        self.module.associations.append(Association(name, columns))
        ends[0].model.relationships.append(
            Relationship(f"many_{name}", ends[1].model.name, [], secondary=f"_{name}_table")
        )


@st.composite
def modules(draw: st.DrawFn) -> Module:
    """A module of one to seven classes."""
    growing = Growing(draw)
    if growing.flip(8):
        growing.tenants()
    for _ in range(draw(st.integers(1, 4))):
        growing.ordinary()
    for base in [one for one in growing.tables if one.polymorphic]:
        for _ in range(draw(st.integers(0, 2))):
            growing.extension(base)
    for base in list(growing.tables):
        plain = base.model.style in ("column", "mapped") and not base.model.inherits and not base.polymorphic
        if plain and not base.model.relationships and not base.model.body and growing.flip(6):
            growing.concrete(base)
    # keys to tables that come later close circles; one that may be NULL breaks each
    for known in growing.tables:
        if not known.model.single and known.model.inherits is None and growing.flip(4):
            growing.link(known, required=False)
    if growing.flip(4):
        growing.association()
    return growing.module


__all__ = ["enums", "modules"]
