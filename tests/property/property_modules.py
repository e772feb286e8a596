"""Random modules of models, each satisfiable by construction: every table has room for the rows it promises."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import strategies as st
from property_constraints import Constraints
from property_keys import Known
from property_source import Association, Column, Module, Relationship, is_attribute
from property_types import WHOLE, Sort

from tcgen.ir.schema import Dialect


class Growing(Constraints):
    """A module in the making: whole classes and how they behave."""

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
        type_ = self.pick(
            "_sa.String(30)", "_sa.Text()", *(["_pg.CITEXT()"] if self.dialect == "postgresql" else [])
        )
        column = Column("row_type", "row_type", type_)
        known.model.columns.append(column)
        known.sorts["row_type"] = Sort("_sa.String(30)", values=0)
        known.taken.add("row_type")
        known.model.mapper_args["polymorphic_on"] = "'row_type'"
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
def modules(draw: st.DrawFn, dialect: Dialect = "postgresql") -> Module:
    """A module of one to seven classes for a database."""
    growing = Growing(draw, dialect)
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
