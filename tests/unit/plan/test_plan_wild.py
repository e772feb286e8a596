"""What the planner makes of classes and histories as they are in published projects."""

from __future__ import annotations

from plan_builders import (
    INTEGER,
    TEXT,
    UUID,
    column,
    enumeration,
    factories,
    fields_of,
    foreign,
    key,
    many_to_one,
    mapper,
    project,
    ref,
    schema,
    string,
    table,
)

from tcgen.catalog.load import catalog
from tcgen.ir.drift import DatabaseFindings
from tcgen.ir.schema import AlembicFact, ConstructorFact, Environment
from tcgen.plan.database.decide import failed_at, plan_database

CUSTOM = ConstructorFact(kind="custom", parameters=("anything",))
UUID_TEXT = UUID.model_copy(update={"as_uuid": False})


def test_a_text_key_to_a_uuid_is_converted() -> None:
    users = table("users", column("id", UUID, primary_key=True))
    posts = table("posts", key(), column("user_id", UUID_TEXT), foreign_keys=(foreign("user_id", "users"),))
    author = many_to_one("user", "User", {"user_id": "id"})
    planned = factories(
        [users, posts], [mapper("User", users), mapper("Post", posts, relationships=(author,))]
    )

    assert planned["Post"].parents_code == '(Parent(UserFactory, {"user_id": "id"}, str),)'
    assert "user" not in fields_of(planned["Post"])


def test_a_uuid_key_to_a_text_is_converted() -> None:
    users = table("users", column("id", string(36), primary_key=True))
    posts = table("posts", key(), column("user_id", UUID), foreign_keys=(foreign("user_id", "users"),))
    planned = factories([users, posts], [mapper("User", users), mapper("Post", posts)])

    assert planned["Post"].parents_code == '(Parent(UserFactory, {"user_id": "id"}, UUID),)'
    assert "from uuid import UUID" in planned["Post"].imports


def test_a_class_without_a_name_comes_from_its_registry() -> None:
    dogs = table("dogs", key())
    made = mapper("make.<locals>.Dog", dogs, importable=False, registry=ref("Base.registry"))
    planned = factories([dogs], [made])["Dog"]

    assert planned.model_code == 'Dog = mapped_class(Base.registry, "app.models.make.<locals>.Dog")'
    assert "from app.models import Base" in planned.imports and planned.name == "DogFactory"
    assert "from .base import ModelFactory, mapped_class" in planned.imports


def test_who_passes_init_by_says_which_class_a_row_is() -> None:
    pets = table("pets", key(), column("kind", string(10)), column("sort", enumeration("cat", cls="Sort")))
    hierarchy = {"discriminator": "kind", "constructor": CUSTOM}
    cat = mapper("Cat", pets, polymorphic_identity="'cat'", **hierarchy)
    dog = mapper("Dog", pets, polymorphic_identity="<Kind.DOG: 'dog'>", **hierarchy)
    sorted_ = mapper(
        "Sorted", pets, discriminator="sort", polymorphic_identity="<Sort.CAT: 'cat'>", constructor=CUSTOM
    )
    planned = factories([pets], [cat, dog, sorted_])

    assert fields_of(planned["Cat"])["kind"] == '"cat"'
    assert fields_of(planned["Dog"])["kind"] == '"dog"'
    assert fields_of(planned["Sorted"])["sort"] == "Sort.CAT"
    assert "from app.kinds import Sort" in planned["Sorted"].imports


def test_a_column_whose_type_refuses_its_default_gets_a_value() -> None:
    things = table(
        "things",
        key(),
        column("at", INTEGER, default="scalar", default_refused=True, server_default="0", nullable=True),
        column("n", INTEGER, default="scalar"),
    )

    assert set(fields_of(factories([things], [mapper("Thing", things)])["Thing"])) == {"at"}


HISTORY = AlembicFact(ini=None, script_location="migrations", url_via="option", heads=("b2",))


def test_migrations_that_fail_leave_it_to_the_models() -> None:
    things = table("things", key(), column("name", TEXT))
    facts = schema([things], [mapper("Thing", things)], alembic=HISTORY)
    failure = DatabaseFindings(migrations_error=failed_at(facts, "no such function"))
    plan, remarks = plan_database(project(), facts, catalog(), failure)

    assert plan.schema_from == "stamp" and plan.migrations_error == "b2: no such function"
    assert [one.code for one in remarks] == ["migrations-fail"] and "no such function" in remarks[0].message

    broken = facts.model_copy(update={"alembic": HISTORY.model_copy(update={"loaded": False})})
    plan, remarks = plan_database(project(), broken, catalog(), failure)
    assert (plan.schema_from, plan.alembic, plan.migrations_error) == (
        "create_all",
        None,
        "b2: no such function",
    )
    assert [one.code for one in remarks] == ["migrations-fail"] and "stamp" not in remarks[0].message

    newer = facts.model_copy(update={"alembic": HISTORY.model_copy(update={"heads": ("c3",)})})
    plan, remarks = plan_database(project(), newer, catalog(), failure)
    assert (plan.schema_from, plan.migrations_error, remarks) == ("alembic_option", "", ())


def test_the_driver_of_the_environment_wins_then_what_is_declared_then_psycopg2() -> None:
    both = Environment(
        python="3.11.4",
        sqlalchemy="2.0.36",
        distributions={"psycopg": "3.2", "psycopg2-binary": "2.9", "asyncpg": "0.30"},
    )
    facts = schema([], [], environment=both)

    assert plan_database(project(), facts, catalog())[0].sync_driver == "psycopg2"
    assert plan_database(project(dependencies=("psycopg",)), facts, catalog())[0].sync_driver == "psycopg"
    own = facts.model_copy(update={"own_driver": "pg8000"})
    assert plan_database(project(dependencies=("psycopg",)), own, catalog())[0].sync_driver == "pg8000"


def test_a_relationship_to_a_special_class_gets_one_of_those() -> None:
    nodes = table("nodes", key())
    tags = table("tags", key(), column("node_id"), foreign_keys=(foreign("node_id", "nodes"),))
    base = mapper("NodeBase", nodes)
    node = mapper("Node", nodes, inherits=ref("NodeBase"))
    to_node = many_to_one("node", "Node", {"node_id": "id"})
    to_base = many_to_one("node", "NodeBase", {"node_id": "id"})

    special = factories([nodes, tags], [base, node, mapper("Tag", tags, relationships=(to_node,))])["Tag"]
    general = factories([nodes, tags], [base, node, mapper("Tag", tags, relationships=(to_base,))])["Tag"]
    assert fields_of(special)["node"] == "NodeFactory"
    assert fields_of(general)["node"] == "NodeBaseFactory"
