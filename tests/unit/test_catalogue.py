"""The catalogue of services: its files, and the code that comes of each."""

from __future__ import annotations

import ast
import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import testcontainers.community

from tcgen.catalog.load import catalog, load, services
from tcgen.errors import TcgenError
from tcgen.ir.project import Project
from tcgen.ir.schema import Schema
from tcgen.ir.service import (
    DATABASE,
    GENERIC,
    ServiceChoice,
    ServiceKind,
    ServicePlan,
    has_version,
    parse_wait,
    repository,
)
from tcgen.plan.build import Options, build_plan
from tcgen.render.engine import Rendered, render
from tcgen.workflow import stages
from tcgen.workflow.request import Request

COURIER = Path(__file__).parents[1] / "e2e" / "projects" / "courier"
kind_of = catalog().service
KINDS = [name for name in services() if name not in (DATABASE, GENERIC)]


@pytest.fixture(scope="module")
def courier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Schema]:
    # away from this repository, whose settings would be the project's
    root = shutil.copytree(COURIER, tmp_path_factory.mktemp("catalogue") / COURIER.name)
    return stages.inspect(Request(root=root, python=sys.executable))


def rendered(
    courier: tuple[Project, Schema], kinds: list[str], declared: tuple[str, ...], is_async: bool
) -> tuple[Rendered, tuple[ServicePlan, ...]]:
    """Render a suite with these services for a project that declares these libraries."""
    project, schema = courier
    clients = {one for kind in kinds for one in kind_of(kind).clients}
    others = tuple(one for one in project.dependencies if one not in clients)
    changed = project.model_copy(
        update={"dependencies": (*others, *declared), "async_engine": is_async, "environment_names": ()}
    )
    choices = tuple(ServiceChoice(kind=kind, name=kind) for kind in kinds)
    plan = build_plan(changed, schema, catalog(), Options(services=choices))
    return render(plan), plan.services


def variants() -> list[tuple[tuple[str, ...], bool]]:
    """Return every library by itself, and all together, for projects with coroutines and without."""
    each = {one for kind in KINDS for one in kind_of(kind).clients}
    most = max(len(kind_of(kind).clients) for kind in KINDS)
    single = [
        tuple(clients[index] for kind in KINDS if len(clients := list(kind_of(kind).clients)) > index)
        for index in range(most)
    ]
    return [
        (declared, is_async) for declared in ((), *single, tuple(sorted(each))) for is_async in (False, True)
    ]


@pytest.mark.parametrize(("declared", "is_async"), variants())
def test_every_kind_makes_code_that_a_colleague_would_keep(
    courier: tuple[Project, Schema], tmp_path: Path, declared: tuple[str, ...], is_async: bool
) -> None:
    tree, _ = rendered(courier, KINDS, declared, is_async)
    for path, content in tree.items():
        if "/services/" in path:
            place = tmp_path / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    for arguments in (
        ["format", "--diff", "--isolated", "--quiet"],
        ["check", "--isolated", "--quiet", "--target-version", "py310", "--select", "E,F,I,W,UP,B,SIM,RUF"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, str(tmp_path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_asks_only_for_fixtures_there_are(courier: tuple[Project, Schema], kind: str) -> None:
    tree, services = rendered(courier, [kind], tuple(kind_of(kind).clients), is_async=True)
    folder = next(path for path in tree if path.endswith(f"/services/{kind}.py")).rpartition("/")[0]
    module, tests = (ast.parse(tree[f"{folder}/{name}.py"]) for name in (kind, f"test_{kind}"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    made = {one.name for one in module.body if isinstance(one, functions)}
    asked = {arg.arg for one in tests.body if isinstance(one, functions) for arg in one.args.args}
    assert f"{kind}_server" in made
    assert asked
    assert asked <= made
    assert services[0].image.partition("/")[0] in tree[f"{folder}/{kind}.py"].decode()


MODULES = {
    "azurite": ("azurite", "AzuriteContainer"),
    "clickhouse": ("clickhouse", "ClickHouseContainer"),
    "elasticsearch": ("elasticsearch", "ElasticSearchContainer"),
    "kafka": ("kafka", "KafkaContainer"),
    "localstack": ("localstack", "LocalStackContainer"),
    "mailpit": ("mailpit", "MailpitContainer"),
    "memcached": ("memcached", "MemcachedContainer"),
    "mongodb": ("mongodb", "MongoDbContainer"),
    "mosquitto": ("mqtt", "MosquittoContainer"),
    "mssql": ("mssql", "SqlServerContainer"),
    "mysql": ("mysql", "MySqlContainer"),
    "nats": ("nats", "NatsContainer"),
    "opensearch": ("opensearch", "OpenSearchContainer"),
    "rabbitmq": ("rabbitmq", "RabbitMqContainer"),
    "redis": ("redis", "RedisContainer"),
    "redpanda": ("kafka", "RedpandaContainer"),
    "sftp": ("sftp", "SFTPContainer"),
    "valkey": ("valkey", "ValkeyContainer"),
}


@pytest.mark.parametrize("kind", MODULES)
def test_ports_and_images_are_those_of_testcontainers(kind: str) -> None:
    """Its module for the service knows the same port and image, and no variable that says otherwise."""
    module, name = MODULES[kind]
    source = Path(testcontainers.community.__path__[0], module)
    text = "".join(path.read_text() for path in source.rglob("*.py")).replace("10_000", "10000")
    ours = kind_of(kind)
    assert name in text
    assert str(ours.ports[0]) in text
    image = repository(ours.image).rpartition("/")[2]
    assert image in text or kind == "valkey"
    known = {
        "MYSQL_ROOT_PASSWORD",
        "RABBITMQ_DEFAULT_USER",
        "CLICKHOUSE_USER",
        "ACCEPT_EULA",
    }
    assert all(variable in text for variable in known & ours.environment.keys())


@pytest.mark.parametrize("kind", [name for name in KINDS if kind_of(name).container])
def test_a_class_of_testcontainers_is_there(kind: str) -> None:
    path, _, name = kind_of(kind).container.rpartition(".")
    module: ModuleType = importlib.import_module(path)
    cls = getattr(module, name)
    prepared = kind_of(kind).prepared.partition("(")[0]
    assert not prepared or callable(getattr(cls, prepared))


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_is_pinned_and_its_reason_given(kind: str) -> None:
    assert has_version(kind_of(kind).image)
    assert kind_of(kind).why.endswith(".")


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("redis", "redis"),
        ("redis:8@sha256:00", "redis"),
        ("docker.io/library/redis:8", "redis"),
        ("registry.example.org:5000/team/redis:8", "team/redis"),
        ("localhost/redis:8", "redis"),
        ("confluentinc/cp-kafka:8.1.0", "confluentinc/cp-kafka"),
    ],
)
def test_repository(image: str, name: str) -> None:
    assert repository(image) == name


@pytest.mark.parametrize(
    ("text", "kind", "value", "port"),
    [
        ("log:ready .* now", "log", "ready .* now", None),
        ("http:/health", "http", "/health", None),
        ("http:8222/healthz?js=1", "http", "/healthz?js=1", 8222),
        ("port", "port", "", None),
        ("port:9000", "port", "", 9000),
        ("exec:redis-cli ping", "exec", "redis-cli ping", None),
        ("file:/tmp/ready", "file", "/tmp/ready", None),
        ("health", "health", "", None),
    ],
)
def test_conditions(text: str, kind: str, value: str, port: int | None) -> None:
    wait = parse_wait(text)
    assert wait.model_dump() == {"kind": kind, "value": value, "port": port}  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "log:", "http:health", "port:x", "health:x", "wait:x", "log:("])
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no (condition|regular expression)"):
        parse_wait(text)


def test_a_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "service.yml").write_text("title: Broken\nports: [0]\n")
    with pytest.raises(TcgenError, match=r"broken/service\.yml"):
        load(tmp_path, "*/service.yml", ServiceKind)


def test_every_field_is_documented() -> None:
    assert ServiceKind.__doc__ is not None
    assert [name for name in ServiceKind.model_fields if f"{name}:" not in ServiceKind.__doc__] == []
