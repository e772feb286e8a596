"""Which services a project is seen to use, and what is decided about each."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tcgen.catalog.load import catalog
from tcgen.errors import TcgenError
from tcgen.ir.project import Project
from tcgen.ir.schema import Environment, Schema
from tcgen.ir.service import ServiceChoice, Wait
from tcgen.plan.services.container_code import container_code, container_imports, wait_code
from tcgen.plan.services.decide import detect, plan_service


def project(*dependencies: str, **known: Any) -> Project:
    return Project(
        root="/p", name="p", python="python", dependencies=dependencies, runtime=dependencies, **known
    )


def schema(*installed: str) -> Schema:
    environment = Environment(
        python="3.11.0", sqlalchemy="2.0.0", distributions=dict.fromkeys(installed, "1")
    )
    return Schema(environment=environment)


def found(project: Project, *installed: str) -> dict[str, str | None]:
    choices, _ = detect(project, schema(*installed), catalog().services)
    return {one.kind: one.image for one in choices}


def test_a_library_that_is_declared_and_installed_is_enough() -> None:
    assert found(project("redis", "nats-py"), "redis", "nats-py") == {"redis": None, "nats": None}
    assert found(project("redis")) == {}
    assert found(project(), "redis") == {}


def test_a_library_of_several_services_needs_a_second_sign() -> None:
    assert found(project("pymysql"), "pymysql") == {}
    composed = project("pymysql", compose_images=("mariadb:10.11",))
    assert found(composed, "pymysql") == {"mariadb": "mariadb:10.11"}
    broker = project("celery", env_defaults={"CELERY_BROKER_URL": "amqp://guest@localhost//"})
    assert found(broker, "celery") == {"rabbitmq": None}


def test_a_client_of_ssh_may_run_commands_alone() -> None:
    assert found(project("paramiko"), "paramiko") == {}
    assert found(project("pysftp"), "pysftp") == {"sftp": None}
    composed = project("paramiko", compose_images=("atmoz/sftp:alpine",))
    assert found(composed, "paramiko") == {"sftp": None}  # the tag floats, so the catalogue's is taken
    named = project("asyncssh", env_defaults={"UPLOADS": "sftp://files.example.org/in"})
    assert found(named, "asyncssh") == {"sftp": None}


def test_a_client_that_is_too_old_for_the_fixtures_leaves_its_service_out() -> None:
    choices, remarks = detect(project("paho-mqtt"), schema("paho-mqtt"), catalog().services)
    assert (choices, [one.code for one in remarks]) == ((), ["client-too-old"])
    assert "paho-mqtt 2" in remarks[0].message and "the project has 1" in remarks[0].message


@pytest.mark.parametrize(("version", "runner"), [("3.5.3", None), ("4.2.0", "anyio"), (None, "anyio")])
def test_a_client_from_before_it_had_coroutines_has_no_fixture_of_them(
    version: str | None, runner: str | None
) -> None:
    choice = ServiceChoice(kind="redis", name="redis")
    service = plan_service(choice, project("redis"), catalog(), "anyio", {"redis": version})
    assert service.asynchronous == runner


def test_a_composed_version_wins_unless_it_floats() -> None:
    for image, chosen in (("docker.io/library/redis:7.2", "docker.io/library/redis:7.2"), ("redis", None)):
        assert found(project("redis", compose_images=(image,)), "redis") == {"redis": chosen}


@pytest.mark.parametrize(
    ("library", "image", "kind"),
    [
        ("redis", "bitnami/redis:7.4", "redis"),
        ("boto3", "minio/minio:RELEASE.2024-11-07T00-52-20Z", "s3"),
        ("aiosmtplib", "mailhog/mailhog:v1.0.1", "mailpit"),
        ("ldap3", "osixia/openldap:1.5.0", "ldap"),
        ("pymongo", "bitnami/mongodb:7.0", "mongodb"),
    ],
)
def test_an_image_that_is_run_otherwise_tells_of_a_service_that_the_catalogues_is_run_for(
    library: str, image: str, kind: str
) -> None:
    assert found(project(library, compose_images=(image,)), library)[kind] is None


def test_what_is_only_hinted_at_is_said() -> None:
    choices, remarks = detect(project(compose_images=("mongo:7",)), schema(), catalog().services)
    assert choices == ()
    assert [(one.code, one.hint) for one in remarks] == [("service-hinted", "tcgen add-service mongodb")]


def test_a_library_is_added_where_the_project_has_none() -> None:
    service = plan_service(ServiceChoice(kind="redis", name="redis"), project(), catalog(), None, {})
    assert (service.clients, service.requirements) == (("redis",), ("redis>=5",))
    own = plan_service(ServiceChoice(kind="redis", name="redis"), project("redis"), catalog(), None, {})
    assert own.requirements == ()


def test_an_older_library_of_the_projects_stays_as_it_is() -> None:
    redis = ServiceChoice(kind="redis", name="redis")
    assert plan_service(redis, project(), catalog(), None, {"redis": "4.6.0"}).requirements == ("redis",)
    assert plan_service(redis, project(), catalog(), None, {"redis": "5.0.1"}).requirements == ("redis>=5",)


def test_coroutines_need_a_plugin() -> None:
    nats = ServiceChoice(kind="nats", name="nats")
    alone = plan_service(nats, project("nats-py"), catalog(), None, {})
    assert (alone.asynchronous, alone.requirements) == ("pytest-asyncio", ("pytest-asyncio>=0.26",))
    assert plan_service(nats, project("nats-py"), catalog(), "anyio", {}).asynchronous == "anyio"
    assert plan_service(nats, project("nats-py"), catalog(), "anyio", {}).requirements == ()
    assert (
        plan_service(
            ServiceChoice(kind="redis", name="redis"), project("redis"), catalog(), None, {}
        ).asynchronous
        is None
    )


def test_the_projects_own_variables_are_pointed_at_it() -> None:
    names = ("APP_REDIS_URL", "REDIS_HOST", "PREDIS_URL", "DATABASE_URL")
    service = plan_service(
        ServiceChoice(kind="redis", name="cache"),
        project("redis", environment_names=names),
        catalog(),
        None,
        {},
    )
    assert service.settings == {"APP_REDIS_URL": "url", "REDIS_HOST": "host"}


def test_a_name_and_an_image_of_ones_own() -> None:
    choice = ServiceChoice(kind="redis", name="cache", image="redis:7.4", command="redis-server")
    service = plan_service(choice, project("redis"), catalog(), None, {})
    assert service.image_code == 'image("redis:7.4", "TEST_CACHE_IMAGE")'
    assert '.with_command("redis-server")' in service.container_code
    assert service.choice == choice


def test_a_long_command_is_a_string_in_pieces() -> None:
    command = "server " + "--option 'a b'  " * 12
    code = container_code("", "", {}, command, ready=False)
    call = ast.parse(code.strip(), mode="eval").body
    assert isinstance(call, ast.Call)
    assert ast.literal_eval(call.args[0]) == command
    assert max(map(len, code.splitlines())) <= 88


def test_a_generic_service_needs_an_image_and_a_port() -> None:
    with pytest.raises(TcgenError, match="needs an image and a port"):
        plan_service(ServiceChoice(kind="generic", name="s3", ports=(80,)), project(), catalog(), None, {})


@pytest.mark.parametrize("name", ["postgres", "Redis", "1st", "a-b", "test_x", '"; import os', ""])
def test_a_name_that_cannot_stand_for_a_module(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        ServiceChoice(kind="redis", name=name)


@pytest.mark.parametrize("image", ["redis", 'redis:8"; import os', "red is:8", ""])
def test_an_image_that_floats_or_is_none(image: str) -> None:
    with pytest.raises(ValueError, match="image"):
        ServiceChoice(kind="redis", name="redis", image=image)


def test_hostile_values_stay_data() -> None:
    code = container_code("", "", {'A"': "it's\n"}, 'sh -c "exit"', ready=True)
    compile(code, "container", "eval")
    assert ".with_env('A\"', \"it's\\n\")" in code
    ready = wait_code([Wait(kind="log", value="') or exit() #")])
    assert ready == 'LogMessageWaitStrategy("\') or exit() #")'


def test_several_conditions_hold_one_after_the_other() -> None:
    conditions = [Wait(kind="health"), Wait(kind="http", value="/", port=80)]
    assert wait_code(conditions).replace("\n", "").replace(" ", "") == (
        'CompositeWaitStrategy(HealthcheckWaitStrategy(),HttpWaitStrategy(80,"/"))'
    )
    assert container_imports("", conditions)[0] == "from testcontainers.core.container import DockerContainer"
    assert "CompositeWaitStrategy,\n    HealthcheckWaitStrategy,\n" in container_imports("", conditions)[1]
    assert container_imports("a.b.Own", []) == ("from a.b import Own",)
