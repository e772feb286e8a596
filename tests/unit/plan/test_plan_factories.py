"""Parents, constructors, inheritance, circles and names."""

from __future__ import annotations

import ast

import pytest
from plan_builders import (
    INTEGER,
    TEXT,
    column,
    enumeration,
    factories,
    fields_of,
    foreign,
    key,
    many_to_one,
    mapper,
    ref,
    remarks,
    schema,
    string,
    table,
)

from tcgen.ir.schema import ConstructorFact, MapperFact, RelationshipFact, TableFact, TypeFact
from tcgen.plan.factories.build import plan_factories
from tcgen.plan.source.naming import assign_names, is_plain_name, snake_case

USERS = table("users", key(), column("name", TEXT))
USER = mapper("User", USERS)


def orders(**fields: object) -> TableFact:
    return table("orders", key(), column("user_id", **fields), foreign_keys=(foreign("user_id", "users"),))


def keys(made: object) -> list[dict[str, str]]:
    return [parent.keys for parent in made.parents]  # type: ignore[attr-defined]


def test_a_required_parent_comes_through_its_relationship() -> None:
    order = mapper("Order", orders(), relationships=(many_to_one("user", "User", {"user_id": "id"}),))
    made = factories([USERS, orders()], [USER, order])["Order"]
    assert fields_of(made) == {"user": "UserFactory"}
    assert "from .user import UserFactory" in made.imports
    assert made.parents == ()


def test_a_required_parent_without_a_relationship_gives_its_key() -> None:
    made = factories([USERS, orders()], [USER, mapper("Order", orders())])["Order"]
    assert fields_of(made) == {}
    assert keys(made) == [{"user_id": "id"}]
    assert made.parents_code == '(Parent(UserFactory, {"user_id": "id"}),)'


@pytest.mark.parametrize(
    ("of_port", "order"),
    [
        # the port brings the row of its network along: what is known then is there
        ("networks", [{"port_id": "id", "network_id": "network_id"}, {"network_id": "id"}]),
        # it brings another row of that key: the one that is needed has to be made before it
        ("others", [{"network_id": "id"}, {"port_id": "id", "network_id": "network_id"}]),
    ],
)
def test_a_key_that_is_part_of_a_wider_one(of_port: str, order: list[dict[str, str]]) -> None:
    networks, others = table("networks", column("id", primary_key=True)), table("others", key())
    networks = networks.model_copy(update={"foreign_keys": (foreign("id", "others"),)})
    ports = table("ports", key(), column("network_id"), foreign_keys=(foreign("network_id", of_port),))
    advertised = table(
        "advertised",
        column("port_id", primary_key=True),
        column("network_id"),
        foreign_keys=(
            foreign("network_id", "networks"),
            foreign("port_id network_id", "ports", "id network_id"),
        ),
    )
    tables = [others, networks, ports, advertised]
    mappers = [mapper(one.name.title(), one) for one in tables]
    assert keys(factories(tables, mappers)["Advertised"]) == order


@pytest.mark.parametrize("changed", [{"viewonly": True}, {"remote_table": "other"}])
def test_a_relationship_that_does_not_set_the_key_is_not_used(changed: dict[str, object]) -> None:
    link = many_to_one("user", "User", {"user_id": "id"}, **changed)
    made = factories([USERS, orders()], [USER, mapper("Order", orders(), relationships=(link,))])["Order"]
    assert keys(made) == [{"user_id": "id"}]


def test_a_validated_relationship_is_left_to_the_key() -> None:
    link = many_to_one("user", "User", {"user_id": "id"})
    order = mapper("Order", orders(), relationships=(link,), validators=("user",))
    assert keys(factories([USERS, orders()], [USER, order])["Order"]) == [{"user_id": "id"}]


def test_an_optional_parent_is_not_made() -> None:
    made = factories([USERS, orders(nullable=True)], [USER, mapper("Order", orders(nullable=True))])["Order"]
    assert (made.parents, made.fields) == ((), ())


def test_a_default_cannot_know_that_its_parent_exists() -> None:
    defaulted = orders(default="scalar")
    made = factories([USERS, defaulted], [USER, mapper("Order", defaulted)])["Order"]
    assert keys(made) == [{"user_id": "id"}]


def test_overlapping_composite_keys_agree() -> None:
    tenants = table("tenants", key())
    teams = table(
        "teams",
        key("tenant_id", autoincrement=False),
        key("id", autoincrement=False),
        foreign_keys=(foreign("tenant_id", "tenants"),),
    )
    members = table(
        "members",
        key(),
        column("tenant_id"),
        column("team_id"),
        foreign_keys=(foreign("tenant_id", "tenants"), foreign("tenant_id team_id", "teams", "tenant_id id")),
    )
    links = (
        many_to_one("tenant", "Tenant", {"tenant_id": "id"}),
        many_to_one("team", "Team", {"tenant_id": "tenant_id", "team_id": "id"}),
    )
    made = factories(
        [tenants, teams, members],
        [mapper("Tenant", tenants), mapper("Team", teams), mapper("Member", members, relationships=links)],
    )["Member"]
    # the widest first: the tenant is then the team's
    assert keys(made) == [{"tenant_id": "tenant_id", "team_id": "id"}, {"tenant_id": "id"}]
    assert fields_of(made) == {}


def test_a_row_that_must_point_at_its_own_table_points_at_itself() -> None:
    units = table("units", key(), column("parent_id"), foreign_keys=(foreign("parent_id", "units"),))
    made = fields_of(factories([units], [mapper("Unit", units)])["Unit"])
    assert made["id"] == "Use(next, serial)"
    assert made["parent_id"] == 'PostGenerated(lambda _, values: values["id"])'


def test_the_parents_attributes_may_be_called_differently() -> None:
    users = table("users", key("user_no"))
    named = table("orders", key(), column("user_no"), foreign_keys=(foreign("user_no", "users", "user_no"),))
    made = factories(
        [users, named],
        [mapper("User", users, names={"user_no": "id"}), mapper("Order", named, names={"user_no": "buyer"})],
    )["Order"]
    assert keys(made) == [{"buyer": "id"}]


def test_a_parent_nobody_maps_is_a_remark() -> None:
    raw = table("raw", key())
    child = table("child", key(), column("raw_id"), foreign_keys=(foreign("raw_id", "raw"),))
    assert remarks([raw, child], [mapper("Child", child)]) == ["parent-not-mapped"]


def joined() -> tuple[TableFact, TableFact, list[MapperFact]]:
    people = table("people", key(), column("kind", string(20)), column("name", TEXT))
    staff = table(
        "staff", key(autoincrement=False), column("salary"), foreign_keys=(foreign("id", "people"),)
    )
    options = {"discriminator": "kind"}
    return (
        people,
        staff,
        [
            mapper("Person", people, polymorphic_identity="'person'", **options),
            mapper("Staff", people, staff, inherits=ref("Person"), polymorphic_identity="'staff'", **options),
        ],
    )


def test_joined_inheritance_is_no_parent_and_discriminators_are_the_mappers() -> None:
    people, staff, mappers = joined()
    made = factories([people, staff], mappers)
    assert made["Staff"].parents == ()
    assert set(fields_of(made["Staff"])) == {"name", "salary"}
    assert set(fields_of(made["Person"])) == {"name"}


@pytest.mark.parametrize(
    ("kind", "identity"),
    [
        (string(20), "'local'"),
        (INTEGER, "7"),
        (enumeration("local", "remote"), "'local'"),
        (enumeration("local", "remote", cls="Kind"), "<Kind.LOCAL: 'local'>"),
    ],
)
def test_a_condition_on_the_discriminator_is_decided(kind: TypeFact, identity: str) -> None:
    quoted = "'local'"
    users = table(
        "users",
        key(),
        column("kind", kind),
        column("secret", TEXT, nullable=True),
        checks=[f"kind <> {'7' if kind is INTEGER else quoted} OR secret IS NOT NULL"],
    )
    made = factories([users], [mapper("Local", users, discriminator="kind", polymorphic_identity=identity)])
    assert set(fields_of(made["Local"])) == {"secret"}


def test_rows_of_a_table_come_from_the_most_general_class() -> None:
    people, staff, mappers = joined()
    notes = table("notes", key(), column("person_id"), foreign_keys=(foreign("person_id", "people"),))
    made = factories([people, staff, notes], [*mappers, mapper("Note", notes)])["Note"]
    assert [parent.factory for parent in made.parents] == ["PersonFactory"]


def test_abstract_classes_have_no_factory_and_no_remark() -> None:
    abstract = mapper("User", USERS, abstract=True)
    assert factories([USERS], [abstract]) == {}
    assert remarks([USERS], [abstract]) == []


def test_a_class_that_cannot_be_imported_is_a_remark() -> None:
    hidden = mapper("make.<locals>.User", USERS, importable=False)
    assert remarks([USERS], [hidden]) == ["class-not-importable"]


def test_what_database_or_model_fill_is_left_alone() -> None:
    things = table(
        "things",
        key(),
        column("created", TEXT, server_default="now()"),
        column("total", computed=True),
        column("size", default="callable"),
        column("number", identity="always"),
        column("version"),
        column("note", TEXT, nullable=True),
    )
    assert fields_of(factories([things], [mapper("Thing", things, version_id="version")])["Thing"]) == {}


def test_required_keys_in_a_circle_are_cut_with_a_remark() -> None:
    left = table("left", key(), column("right_id"), foreign_keys=(foreign("right_id", "right"),))
    right = table("right", key(), column("left_id"), foreign_keys=(foreign("left_id", "left"),))
    mappers = [mapper("Left", left), mapper("Right", right)]
    assert remarks([left, right], mappers) == ["required-keys-in-a-circle"]
    made = factories([left, right], mappers)
    assert keys(made["Left"]) == [{"right_id": "id"}]
    assert keys(made["Right"]) == []


def test_of_two_keys_in_a_circle_one_that_is_deferrable_waits() -> None:
    late = foreign("left_id", "left").model_copy(update={"deferrable": True})
    left = table("left", key(), column("right_id"), foreign_keys=(foreign("right_id", "right"),))
    right = table("right", key(), column("left_id"), foreign_keys=(late,))
    mappers = [mapper("Left", left), mapper("Right", right)]
    assert remarks([left, right], mappers) == []
    made = factories([left, right], mappers)
    assert fields_of(made["Right"]) == {"left_id": "Use(next, serial)"} and keys(made["Right"]) == []
    assert made["Right"].awaited_code == (
        'Awaited(".left", "LeftFactory", {"left_id": "id"}, {"id": "right_id"})'
    )
    assert fields_of(made["Left"]) == {"id": "Use(next, serial)"}
    assert keys(made["Left"]) == [{"right_id": "id"}]
    assert made["Left"].parents[0].circle == {"left_id": "id"}
    always = left.model_copy(
        update={"columns": (key(identity="always"), *left.columns[1:])}
    )  # nobody but the database gives it a key
    assert remarks([always, right], [mapper("Left", always), mapper("Right", right)]) == [
        "required-keys-in-a-circle"
    ]


def test_a_dataclass_gets_every_argument_it_asks_for() -> None:
    constructor = ConstructorFact(
        kind="dataclass",
        parameters=("name", "nick", "posts", "id"),
        required=("name", "nick", "posts"),
    )
    users = table("users", key(), column("name", TEXT), column("nick", TEXT, nullable=True))
    posts = RelationshipFact(key="posts", target=ref("Post"), direction="ONETOMANY", uselist=True)
    made = factories([users], [mapper("User", users, constructor=constructor, relationships=(posts,))])[
        "User"
    ]
    assert fields_of(made)["nick"] == "None"
    assert fields_of(made)["posts"] == "Use(list)"
    assert not made.bypass_init


@pytest.mark.parametrize(
    ("constructor", "bypassed"),
    [
        (ConstructorFact(kind="declarative", accepts_any=True), False),
        (ConstructorFact(kind="sqlmodel"), False),
        (ConstructorFact(kind="dataclass", parameters=("name",)), False),
        (ConstructorFact(kind="dataclass", parameters=("other",)), True),
        (ConstructorFact(kind="none"), True),
        (ConstructorFact(kind="custom", parameters=("full",), required=("full",)), True),
        (ConstructorFact(kind="custom", accepts_any=True), True),
        (ConstructorFact(kind="custom", accepts_any=True, calls_default=True), False),
    ],
)
def test_an_init_that_does_not_take_columns_is_gone_round(
    constructor: ConstructorFact, bypassed: bool
) -> None:
    made = factories([USERS], [mapper("User", USERS, constructor=constructor)])["User"]
    assert made.bypass_init is bypassed


def test_the_users_own_provider_wins() -> None:
    made = factories([USERS], [USER], {"app.models.User.name": "Use(fake.name)"})["User"]
    assert fields_of(made) == {"name": "Use(fake.name)"}
    assert made.fields[0].reason == "[tool.tcgen.providers]"
    assert "from .base import ModelFactory, fake" in made.imports


def test_imports_stand_in_groups() -> None:
    things = table(
        "things",
        key(),
        column("price", string(5)),
        column("user_id"),
        foreign_keys=(foreign("user_id", "users"),),
    )
    providers = {"app.models.Thing.price": "Use(fake.name)"}
    made = factories([USERS, things], [USER, mapper("Thing", things)], providers)["Thing"]
    assert made.imports == (
        "from polyfactory import Use",
        "",
        "from app.models import Thing",
        "",
        "from .base import ModelFactory, Parent, fake",
        "from .user import UserFactory",
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("HTTPServer", "http_server"), ("OrderLine", "order_line"), ("A", "a"), ("Café", "caf"), ("Ω", "model")],
)
def test_snake_case(name: str, expected: str) -> None:
    assert snake_case(name) == expected


def test_names_are_unique_whatever_the_case_and_valid() -> None:
    classes = [
        ref("Order", "app.sales"),
        ref("Order", "app.stock"),
        ref("ORDER", "app.sales"),
        ref("Outer.Inner"),
        ref("Class"),
        ref("Import"),
        ref("Base"),
        ref("Con"),
        ref("Model"),
        ref("Ω"),
        ref("Δ"),
        ref("_Hidden"),
    ]
    names = assign_names(classes)
    slugs = [slug.casefold() for slug, _ in names.values()]
    assert len(set(slugs)) == len(classes)
    assert len({name.casefold() for _, name in names.values()}) == len(classes)
    for slug, name in names.values():
        assert is_plain_name(slug)
        assert is_plain_name(name)
        assert slug not in ("base", "con")
    assert "ModelFactory" not in [name for _, name in names.values()]


def test_names_do_not_depend_on_classes_that_do_not_clash() -> None:
    assert assign_names([ref("User"), ref("Order")])[ref("User").dotted] == assign_names([ref("User")])[ref("User").dotted]  # fmt: skip


@pytest.mark.parametrize("name", ["a.b", "é.b"])
def test_plain_names(name: str) -> None:
    assert is_plain_name(name)


@pytest.mark.parametrize("name", ["a.class", "a.<locals>.b", "", "a..b", 'a"; import os', "a b"])
def test_names_that_are_no_code(name: str) -> None:
    assert not is_plain_name(name)


def test_every_field_is_an_expression_and_the_plan_does_not_depend_on_order() -> None:
    people, staff, mappers = joined()
    tables = [USERS, orders(), people, staff]
    order = mapper("Order", orders())
    first, _ = plan_factories(schema(tables, [USER, order, *mappers]), ("app",), {})
    second, _ = plan_factories(schema(tables[::-1], [*mappers[::-1], order, USER]), ("app",), {})
    assert first == second
    for factory in first:
        for field in factory.fields:
            ast.parse(field.code, mode="eval")


def test_attributes_polyfactory_has_itself_are_set_by_name() -> None:
    things = table("things", key(), column("batch", INTEGER), column("_secret", TEXT), column("name", TEXT))
    made = factories([things], [mapper("Thing", things)])["Thing"]
    assert [field.name for field in made.fields if field.reserved] == ["batch", "_secret"]
    assert ast.parse(made.reserved_code, mode="eval")
    assert '"batch": ' in made.reserved_code


def test_one_attribute_for_columns_of_two_tables_satisfies_the_checks_of_both() -> None:
    animals = table(
        "animals",
        key(),
        *(column(name, nullable=True) for name in ("name", "status")),
        checks=["(status IS NULL) <> (name IS NULL)"],
    )
    dogs = table(
        "dogs",
        column("id", primary_key=True),
        *(column(name, nullable=True) for name in ("email", "status")),
        checks=["(email IS NULL) <> (status IS NULL)"],
        foreign_keys=(foreign("id", "animals"),),
    )
    tables, classes = [animals, dogs], [mapper("Animal", animals), mapper("Dog", animals, dogs)]
    assert fields_of(factories(tables, classes)["Dog"]).keys() in ({"name", "email"}, {"status"})


@pytest.mark.parametrize(
    "check",
    [
        "num_nonnulls(parent_id, post_id, photo_id) = 1",
        "(parent_id IS NOT NULL)::int + (post_id IS NOT NULL)::int + (photo_id IS NOT NULL)::int = 1",
        "CASE WHEN parent_id IS NOT NULL THEN post_id IS NULL AND photo_id IS NULL"
        " WHEN post_id IS NOT NULL THEN photo_id IS NULL ELSE photo_id IS NOT NULL END",
    ],
)
def test_of_foreign_keys_of_which_one_is_set_it_is_one_to_another_table(check: str) -> None:
    post, photo = table("post", key()), table("photo", key())
    comment = table(
        "comment",
        key(),
        column("parent_id", nullable=True),
        column("post_id", nullable=True),
        column("photo_id", nullable=True),
        foreign_keys=(
            foreign("parent_id", "comment"),
            foreign("post_id", "post"),
            foreign("photo_id", "photo"),
        ),
        checks=[check],
    )
    made = factories(
        [post, photo, comment], [mapper("Post", post), mapper("Photo", photo), mapper("Comment", comment)]
    )["Comment"]
    assert [(one.factory, one.keys) for one in made.parents] == [("PostFactory", {"post_id": "id"})]
    assert fields_of(made) == {}


def test_what_a_required_foreign_key_copies_is_given_though_it_may_be_null() -> None:
    user = table("user", key(), column("name", TEXT, nullable=True), uniques=["name"])
    note = column("user_name", TEXT)
    loose = column("user_name", TEXT, nullable=True)
    for child, given in ((note, True), (loose, False)):
        invite = table("invite", key(), child, foreign_keys=[foreign("user_name", "user", "name")])
        made = factories([user, invite], [mapper("User", user), mapper("Invite", invite)])
        assert ("name" in fields_of(made["User"])) is given
