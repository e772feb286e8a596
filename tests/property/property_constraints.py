"""Columns that are no keys, and the constraints on them; all leave room for the rows a table promises."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from property_checks import NULLS, TWO, TWO_NUMBERS, is_known, on_one
from property_keys import Keys, Known
from property_source import Column
from property_types import WHOLE, Sort


class Constraints(Keys):
    """A module in the making: columns, CHECKs and what has to be unique."""

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
        check = self.draw(on_one(column.name, sort, self.dialect))
        if check is None:
            return
        known.taken.add(column.attr)
        known.sorts[column.attr] = replace(sort, values=check.values)
        if column.attr in known.unique:
            known.at_most(check.values)
        name = f", name='ck_{self.number()}'" if self.flip() else ""
        if self.flip(4):
            # MariaDB knows no name there
            column.args.append(f"_sa.CheckConstraint({check.sql!r}{'' if self.is_mysql else name})")
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
        if self.dialect == "postgresql" and self.flip(4):
            self.exclude(known)

    def check_keys(self, known: Known) -> None:
        """Let exactly one of two optional keys be set, or two keys lead to different rows."""
        links = [link for link in known.links if len(link) == 1 and not link & (known.taken | set(known.key))]
        keys = [known.column(next(iter(link))) for link in links if not link & known.unique]
        optional = [one for one in keys if one.nullable and one.attr in known.reachable]
        if len(optional) > 1 and self.flip():
            self.condition(known, self.pick(*self.on_nulls()), *optional[:2])
        elif len(keys) > 1 and keys[0].type == keys[1].type:
            self.condition(known, "{a} <> {b}", *keys[:2])

    def on_nulls(self) -> list[str]:
        """Return the conditions on two columns that may be NULL, as the database can have them."""
        return [one for one in NULLS if is_known(one, self.dialect)]

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
        sql = form.format(a=self.quote(net.name), b=self.quote(tax.name), c=self.quote(total.name))
        known.model.args.append(f"_sa.CheckConstraint({sql!r})")

    def exclude(self, known: Known) -> None:
        """Let no two ranges overlap, at all or where they belong to one parent."""
        kind = self.pick("INT4RANGE", "NUMRANGE", "DATERANGE", "TSRANGE", "TSTZRANGE")
        during = self.add(known, self.column_name(), Sort(f"_pg.{kind}()", values=0), nullable=self.flip(3))
        known.taken.add(during.attr)
        parts = [(during.name, "&&")]
        keys = [one for one in known.model.columns if one.attr in known.foreign and "Integer" in one.type]
        if keys and self.flip():
            parts.insert(0, (keys[0].name, "="))
        given = ", ".join(f"({name!r}, {sign!r})" for name, sign in parts)
        known.model.args.append(f"_pg.ExcludeConstraint({given}, name='ex_{self.number()}')")

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
        self.condition(known, self.pick(*self.on_nulls()), *free[:2])

    def condition(self, known: Known, form: str, first: Column, second: Column) -> None:
        """Write a CHECK on two columns."""
        known.taken |= {first.attr, second.attr}
        sql = form.format(a=self.quote(first.name), b=self.quote(second.name))
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
        form = self.pick("constraint", "index", *(() if self.is_mysql else ("partial", "lower", "nulls")))
        strict = False
        if form == "lower" and text:
            first = f"_sa.text({f'lower({self.quote(text[0].name)})'!r})"
            known.model.args.append(f"_sa.Index('ix_{self.number()}', {first}, unique=True)")
            attrs = [text[0].attr]
        elif form == "partial":
            where = f"{self.quote(chosen[0].name)} IS NOT NULL"
            known.model.args.append(
                f"_sa.Index('ix_{self.number()}', {names}, unique=True, {self.dialect}_where=_sa.text({where!r}))"
            )
        elif (
            self.dialect == "postgresql"
            and form == "nulls"
            and not any(one.nullable and one.attr in known.foreign for one in chosen)
        ):
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
            # of a number that it counts itself, MySQL computes none
            counted = self.is_mysql and column.primary_key
            if whole and column.attr not in known.foreign and not counted:
                nullable = self.flip() or self.is_mysql  # MariaDB has no other
                made = self.add(known, "computed", Sort("_sa.BigInteger()"), nullable=nullable)
                cast = "::bigint" if self.dialect == "postgresql" else ""
                made.args.append(f"_sa.Computed({f'{self.quote(column.name)}{cast} + 1'!r})")
                return
