"""The one table of kinds: each can be made, each can be told apart, and nothing is left without one."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from plan_builders import (
    attribute,
    column,
    factories,
    fields_of,
    key,
    mapper,
    of_type,
    string,
    table,
    values_of,
)
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeDecorator, TypeEngine

from tcgen.introspect import probe
from tcgen.ir.plan import FactoryPlan
from tcgen.ir.schema import TypeFact
from tcgen.plan.constraints.value_kinds import (
    EMPTY_SAMPLES,
    KINDS,
    PREFERENCE,
    ValueKind,
    extension_of,
    kind_of,
    kinds_of_ddl,
    value_kind_of,
)
from tcgen.plan.constraints.value_ranges import few_values
from tcgen.plan.values import value_for
from tcgen.plan.values.makers import MAKERS
from tcgen.verify.candidates import _LOOKING

# bases of others, and wrappers: the type inside says what they hold
WRAPPERS = {"DOMAIN", "NamedType", "AbstractType", "TypeEngine", "NullType", "TupleType", "UserDefinedType"}
OF_THE_TYPE_ALONE = {"enum_member", "choice"}
DDL: dict[str, ValueKind] = {
    "VARCHAR(30)": "string",
    'VARCHAR(30) COLLATE "de_DE"': "string",
    "CHARACTER VARYING(3)": "string",
    "CHAR": "string",
    "CITEXT": "string",
    "BIGSERIAL": "integer",
    "SMALLINT": "integer",
    "INT": "integer",
    "INTERVAL DAY TO SECOND(3)": "interval",
    "TIME(3) WITHOUT TIME ZONE": "time",
    "TIMETZ": "time",
    "TIMESTAMP(0) WITH TIME ZONE": "datetime",
    "TIMESTAMPTZ": "datetime",
    "DATE": "date",
    "DOUBLE PRECISION": "float",
    "DECIMAL(5, 1)": "numeric",
    "BOOLEAN": "bool",
    "JSONB": "json",
    "JSONPATH": "jsonpath",
    "INT8MULTIRANGE": "multirange",
    "TSTZRANGE": "range",
    "DATERANGE": "range",
    "MACADDR8": "macaddr8",
    "MACADDR": "macaddr",
    "BIT VARYING(9)": "bit",
    "POINT": "point",
    "LINE": "line",
    "LSEG": "box",
    "PATH": "polygon",
    "REGCONFIG": "regconfig",
    "OID": "integer",
    "PG_LSN": "lsn",
    "HALFVEC(4)": "vector",
    "SPARSEVEC": "vector",
    "geometry(LINESTRINGZ,4326)": "geometry",
    "geography(POINT,4326)": "geometry",
    "raster": "raster",
    "VARCHAR(5)[]": "array",
    "TIMESTAMP WITH TIME ZONE[]": "array",
    "INT4RANGE[]": "array",
}


def public_types() -> list[type[TypeEngine[Any]]]:
    found = {
        one
        for module in (pg, sqltypes)
        for name, one in vars(module).items()
        if inspect.isclass(one) and issubclass(one, TypeEngine) and not name.startswith("_")
    }
    return sorted(
        (one for one in found if one.__name__ not in WRAPPERS and not issubclass(one, TypeDecorator)),
        key=lambda one: (one.__name__, one.__module__),
    )


def ddl_of(cls: type[TypeEngine[Any]]) -> str:
    try:
        return str(cls().compile(dialect=pg.dialect()))
    except Exception:
        return ""


def literals(name: str) -> Any:
    """Return the strings of a table in the probe, read without importing it: keys of a dict, or all there are."""
    source = Path(str(probe.__file__)).parent / "column_types/probe_values.py"
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
            value: Any = node.value
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            value = node.value
        else:
            continue
        if isinstance(value, ast.Dict):
            return [ast.literal_eval(one) for one in value.keys if one is not None]
        lists = [one for one in ast.walk(value) if isinstance(one, ast.List) and one is not value]
        return [ast.literal_eval(each) for one in lists for each in one.elts]
    raise LookupError(name)


def planned(type_: TypeFact) -> FactoryPlan:
    things = table("things", key(), column("value", type_), uniques=["value"])
    return factories([things], [mapper("Thing", things)])["Thing"]


def own(*accepts: str, impl: TypeFact, **fields: Any) -> TypeFact:
    return TypeFact(name="Own", module="app.types", bases=("Own",), impl=impl, accepts=accepts, **fields)


def test_every_kind_is_in_the_table() -> None:
    assert set(KINDS) == set(get_args(ValueKind)) == set(PREFERENCE)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"unknown"}))
def test_a_kind_is_made_by_a_text_or_by_a_function(kind: ValueKind) -> None:
    spec = KINDS[kind]
    assert (spec.value is None) == (kind in MAKERS)
    assert spec.value is not None or not (spec.distinct or spec.imports or spec.reason or spec.fresh)
    assert not (spec.fresh and spec.distinct) and not (spec.values and spec.distinct)
    for text in (spec.value, spec.distinct, *spec.candidates):
        assert text is None or ast.parse(text, mode="eval")


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"unknown", "enum", "members"}))
def test_rows_can_be_told_apart_by_every_kind(kind: ValueKind) -> None:
    assert KINDS[kind].differs or KINDS[kind].values


@pytest.mark.parametrize("attribute_", ["bases", "samples", "python_types"])
def test_no_name_means_two_kinds(attribute_: str) -> None:
    names = [name for spec in KINDS.values() for name in getattr(spec, attribute_)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("cls", public_types(), ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
def test_sqlalchemys_types_are_known(cls: type[TypeEngine[Any]]) -> None:
    bases = tuple(one.__name__ for one in cls.__mro__[: cls.__mro__.index(TypeEngine)])
    known = kind_of(TypeFact(name=cls.__name__, module=cls.__module__, bases=bases, ddl=ddl_of(cls)))
    assert known != "unknown", f"{cls.__name__} is in no entry of KINDS"


@pytest.mark.parametrize("ddl", sorted({*DDL, *filter(None, map(ddl_of, public_types()))}))
def test_no_ddl_means_two_kinds(ddl: str) -> None:
    kinds = kinds_of_ddl(ddl)
    assert len(kinds) <= 1
    assert ddl not in DDL or kinds == (DDL[ddl],)


@pytest.mark.parametrize("ddl", ["LINESTRING", "BOX2D", "POINTZ", "DATES", "INTEGERS", "LQUERY", "TEXTS"])
def test_a_name_that_only_begins_like_a_type_is_unknown(ddl: str) -> None:
    assert kinds_of_ddl(ddl) == ()


def test_every_sample_of_the_probe_is_of_one_kind() -> None:
    samples = [*literals("SAMPLES")]
    known = [sample for spec in KINDS.values() for sample in spec.samples]
    assert sorted(samples) == sorted([*known, *EMPTY_SAMPLES])
    assert not OF_THE_TYPE_ALONE & set(samples)
    for name in ("NATURAL", "BY_NAME", "OTHERS"):
        assert set(literals(name)) <= set(samples), name


def test_texts_as_stored_are_of_a_kind_that_is_written_so() -> None:
    names = [*literals("TEXT_AS_STORED"), "BIT(3)", "BIT VARYING"]
    assert {kind for name in names for kind in kinds_of_ddl(name)} == {
        kind for kind, spec in KINDS.items() if spec.as_stored
    }
    assert all(len(kinds_of_ddl(name)) == 1 for name in names)


def test_candidates_are_listed_or_looked_for() -> None:
    assert not {kind for kind in _LOOKING if KINDS[kind].candidates}


@pytest.mark.parametrize(
    ("ddl", "extension"),
    [
        ("CITEXT", "citext"),
        ("HSTORE", "hstore"),
        ("LTREE[]", "ltree"),
        ("geography(POINT,4326)", "postgis"),
        ("VECTOR(3)", "vector"),
        ("HALFVEC(3)", "vector"),
        ("TEXT", None),
        (None, None),
    ],
)
def test_extensions_that_bring_a_type(ddl: str | None, extension: str | None) -> None:
    assert extension_of(TypeFact(name="T", module="m", ddl=ddl)) == extension


@pytest.mark.parametrize("kind", [kind for kind, spec in KINDS.items() if spec.values])
def test_closed_lists_are_taken_in_turn(kind: ValueKind) -> None:
    (sample,) = KINDS[kind].samples
    type_ = own(sample, impl=string(50))
    plan = planned(type_)
    assert "in_turn(" in fields_of(plan)["value"]
    assert plan.uses_in_turn
    rows = len(KINDS[kind].values)
    assert few_values(attribute(type_)) == rows
    assert plan.most_rows == (rows if rows < 25 else None)
    assert len(set(values_of(fields_of(plan)["value"], rows))) == rows


def test_codes_a_check_refuses_are_left_out() -> None:
    things = table(
        "things",
        key(),
        column("value", own("country_code", impl=string(2))),
        uniques=["value"],
        checks=["value <> 'FR'"],
    )
    code = fields_of(factories([things], [mapper("Thing", things)])["Thing"])["value"]
    assert '"DE"' in code
    assert '"FR"' not in code


def test_another_column_keeps_rows_apart_where_a_type_has_few_values_or_one() -> None:
    for few in (
        own("country_code", impl=string(2)),
        own(impl=string(9), example="'text'"),
        own("empty_dict", impl=of_type("JSONB", "JSON", ddl="JSONB")),
    ):
        things = table("things", key(), column("a", few), column("b", of_type("Date")), uniques=["a b"])
        fields = fields_of(factories([things], [mapper("Thing", things)])["Thing"])
        assert "next(serial)" in fields["b"]


def test_what_went_through_says_more_than_what_is_stored() -> None:
    assert value_kind_of(own("country_code", impl=string(2))) == "country_code"
    assert value_kind_of(own("enum_member", "int", impl=string(2))) == "integer"
    assert value_kind_of(own("empty_list", "list", impl=string(2))) == "unknown"
    assert value_kind_of(own(impl=string(2), example="'text'")) == "unknown"
    assert value_kind_of(own(impl=string(2), example="'text'", numbered=True)) == "string"
    assert value_kind_of(own(impl=string(2))) == "string"
    path = TypeFact(name="Path", module="app.types", ddl="LTREE", example="'top.branch'")
    assert value_kind_of(path) == "ltree"


def test_a_type_that_refused_members_but_took_one_text_gets_that_text() -> None:
    stored = of_type("Enum", "String", enum={"values": ("text", "other")})
    picky = own(impl=stored, enum=stored.enum, example="'text'")
    assert set(values_of(value_for(attribute(picky)))) == {"text"}


SHAPES = [
    f"geometry({shape}{axes},{srid})"
    for shape in (
        *("POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"),
        *("GEOMETRYCOLLECTION", "CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE"),
        *("MULTISURFACE", "TRIANGLE", "TIN", "POLYHEDRALSURFACE"),
    )
    for axes, srid in (("", -1), ("Z", 4326), ("ZM", 3857))
]


@pytest.mark.parametrize("ddl", SHAPES)
def test_shapes_move_as_a_whole(ddl: str) -> None:
    type_ = of_type("Geometry", ddl=ddl)
    (still,) = values_of(value_for(attribute(type_)), 1)
    moved = values_of(value_for(attribute(type_, distinct=True)), 25)
    assert len(set(moved)) == 25
    pairs = re.compile(r"(?<=[(\s])([\d.]+) ([\d.]+)(?=[ ,)])(?:( 0)*)")
    before = [(float(x), float(y)) for x, y, _ in pairs.findall(still)]
    after = [(float(x), float(y)) for x, y, _ in pairs.findall(moved[0])]
    assert [(round(x + 0.1001, 6), y) for x, y in before] == [(round(x, 6), y) for x, y in after]
    assert pairs.sub("", moved[0]) == pairs.sub("", still)
