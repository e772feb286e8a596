"""Each stand-in is the server that its tag names, and testcontainers' own classes start it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import boto3
import docker
import nats
import pika
import pytest
import redis
from azure.storage.blob import ContainerClient
from confluent_kafka import Consumer, Producer
from ldap3 import Connection
from paramiko import RSAKey, SFTPClient, Transport
from pymemcache.client.base import Client as Memcache
from sqlalchemy import create_engine, text
from testcontainers.community.azurite import AzuriteContainer
from testcontainers.community.kafka import KafkaContainer
from testcontainers.community.mqtt import MosquittoContainer
from testcontainers.community.mysql import MySqlContainer
from testcontainers.community.redis import RedisContainer
from testcontainers.community.sftp import SFTPContainer
from testcontainers.community.valkey import ValkeyContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy, LogMessageWaitStrategy

with pytest.warns(DeprecationWarning):
    from testcontainers.community.memcached import MemcachedContainer
    from testcontainers.community.nats import NatsContainer
    from testcontainers.community.rabbitmq import RabbitMqContainer

HERE = Path(__file__).resolve().parent
PASSWORD = 'it\'s \\ "secret" #1'

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]

VERSIONS = [
    ("apache/kafka:4.1.0", "kafka-topics --version", "4.1.0"),
    ("axllent/mailpit:v1.33.1", "version --no-release-check", "/mailpit v1.33.1 "),
    ("eclipse-mosquitto:2", "mosquitto -h", "mosquitto version 2."),
    ("mariadb:11.8", "mariadbd --version", " 11.8."),
    ("mcr.microsoft.com/azure-storage/azurite:3.35.0", "azurite --version", "3.35.0"),
    ("memcached:1.6", "memcached --version", "memcached 1.6."),
    ("nats:2", "--version", "nats-server: v2."),
    ("rabbitmq:4", "rabbitmqctl version", "4."),
    ("redis:8", "redis-server --version", "Redis server v=8."),
    ("symas/openldap:2.6", "slapd -VV", "slapd 2.6."),
    ("valkey/valkey:9", "valkey-server --version", "Valkey server v=9."),
    ("versity/versitygw:v1.8.0", "--version", "v1.8.0"),
]


@pytest.mark.parametrize(("image", "command", "expected"), VERSIONS)
def test_the_version_is_the_tag_s(image: str, command: str, expected: str) -> None:
    client = docker.from_env()
    try:
        container = client.containers.run(image, command, detach=True)
        container.wait()  # mosquitto tells it with status 3
        said = container.logs().decode()
        container.remove(v=True)
    finally:
        client.close()
    assert expected in said.splitlines()[0]


def test_redis() -> None:
    with RedisContainer("redis:8", password="secret") as container:
        assert container.get_client().set("answer", 42)
        # its warning about the password may come before or after
        assert b"42\n" in container.exec(["redis-cli", "-a", "secret", "get", "answer"]).output


def test_valkey() -> None:
    with ValkeyContainer("valkey/valkey:9").with_password("secret") as container:
        client = redis.Redis(container.get_host(), container.get_exposed_port(), password="secret")
        assert client.info("server")["server_name"] == "valkey"
        client.close()


def test_rabbitmq() -> None:
    with RabbitMqContainer("rabbitmq:4", username="someone", password=PASSWORD, vhost="shop") as container:
        with pika.BlockingConnection(container.get_connection_params()) as connection:
            channel = connection.channel()
            channel.queue_declare("letters")
            channel.basic_publish("", "letters", b"hello")
            assert next(channel.consume("letters", inactivity_timeout=10))[2] == b"hello"
        assert container.exec(["rabbitmqctl", "list_vhosts", "--quiet"]).output.split() == [b"name", b"shop"]


def test_mariadb(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "1.sql").write_text("CREATE TABLE seeded (n int); INSERT INTO seeded VALUES (42);")
    container = MySqlContainer(
        "mariadb:11.8", dialect="pymysql", username="someone", password=PASSWORD, dbname="shop_test"
    )
    container.with_volume_mapping(str(tmp_path), "/docker-entrypoint-initdb.d", "ro")
    with container:
        database = create_engine(container.get_connection_url())
        with database.connect() as connection:
            assert connection.scalar(text("select n from seeded")) == 42
            assert connection.scalar(text("select current_user()")) == "someone@%"
        database.dispose()
        without = container.exec(["mariadb", "--host=127.0.0.1", "--user=root", "--execute=select 1"])
        assert b"Access denied" in without.output


@pytest.mark.parametrize("folds_case", [0, 1], ids=["copied data", "data of its own"])
def test_mysql(tmp_path: Path, mysql_image: str, folds_case: int) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "1.sql").write_text(
        "CREATE TABLE seeded (t datetime); INSERT INTO seeded VALUES ('2026-07-01');"
    )
    container = MySqlContainer(
        mysql_image, dialect="pymysql", username="someone", password=PASSWORD, dbname="shop_test"
    )
    container.with_volume_mapping(str(tmp_path), "/docker-entrypoint-initdb.d", "ro")
    container.with_tmpfs_mount("/var/lib/mysql").with_command(f"--lower-case-table-names={folds_case}")
    with container:
        database = create_engine(container.get_connection_url())
        with database.connect() as connection:
            in_berlin = "select hour(convert_tz(t, 'UTC', 'Europe/Berlin')) from seeded"
            assert connection.scalar(text(in_berlin)) == 2
            assert connection.scalar(text("select current_user()")) == "someone@%"
            assert connection.scalar(text("select @@character_set_database")) == "utf8mb4"
            assert connection.scalar(text("select @@lower_case_table_names")) == folds_case
        database.dispose()
        without = container.exec(["mysql", "--host=127.0.0.1", "--user=root", "--execute=select 1"])
        assert b"Access denied" in without.output


def test_mosquitto() -> None:
    with MosquittoContainer("eclipse-mosquitto:2") as container:
        letters: list[bytes] = []
        client = container.get_client()
        client.on_message = lambda *event: letters.append(event[2].payload)
        client.publish("letters", "hello", retain=True)
        client.subscribe("letters")
        assert until(lambda: letters == [b"hello"])


def test_nats() -> None:
    async def store(uri: str) -> int:
        client = await nats.connect(uri)
        stream = client.jetstream()
        await stream.add_stream(name="letters", subjects=["letters.*"])
        stored = await stream.publish("letters.one", b"hello")
        await client.close()
        return stored.seq

    with NatsContainer("nats:2", jetstream=True) as container:
        assert asyncio.run(store(container.nats_uri())) == 1


def test_memcached() -> None:
    with MemcachedContainer("memcached:1.6") as container:
        client = Memcache(container.get_host_and_port())
        client.set("answer", b"42")
        assert client.get("answer") == b"42"
        client.close()


def test_kafka() -> None:
    with KafkaContainer("confluentinc/cp-kafka:8.1.0").with_kraft() as container:
        servers = {"bootstrap.servers": container.get_bootstrap_server()}
        producer = Producer(servers)
        producer.produce("letters", b"hello")
        assert producer.flush(30) == 0
        consumer = Consumer({**servers, "group.id": "readers", "auto.offset.reset": "earliest"})
        consumer.subscribe(["letters"])
        letter = consumer.poll(30)
        consumer.close()
        assert letter is not None
        assert letter.value() == b"hello"


def test_kafka_by_apache_s_name_needs_no_settings() -> None:
    topics = ["/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "localhost:9092"]
    with DockerContainer("apache/kafka:4.1.0") as container:
        assert until(lambda: b"Kafka Server started" in container.get_logs()[0])
        assert (
            container.exec([*topics, "--create", "--topic", "letters"]).output == b"Created topic letters.\n"
        )


def test_opensearch_takes_settings_from_variables() -> None:
    container = DockerContainer("opensearchproject/opensearch:3").with_exposed_ports(9200)
    container.with_env("discovery.type", "single-node").with_env("cluster.name", "letters")
    container.with_env("plugins.security.disabled", "true")
    with container.waiting_for(HttpWaitStrategy(9200, "/").for_status_code(200)):
        address = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(9200)}"
        assert call("PUT", f"{address}/letters/_doc/1?refresh=true", {"text": "Hello"})["result"] == "created"
        found = call("GET", f"{address}/letters/_search?q=text:hello")
        assert [one["_id"] for one in found["hits"]["hits"]] == ["1"]
        emptied = call("POST", f"{address}/letters/_delete_by_query", {"query": {"match_all": {}}})
        assert emptied["deleted"] == 1
        told = call("GET", address)
        assert told["cluster_name"] == "letters"
        assert told["version"]["number"].startswith("3.")


def call(method: str, url: str, body: dict[str, object] | None = None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_versitygw() -> None:
    container = DockerContainer("versity/versitygw:v1.8.0").with_exposed_ports(7070)
    container.with_envs(ROOT_ACCESS_KEY="someone", ROOT_SECRET_KEY="secret")
    container.with_command("--port :7070 --health /health posix /tmp/vgw")
    with container.waiting_for(HttpWaitStrategy(7070, "/health").for_status_code(200)):
        store = boto3.client(
            "s3",
            endpoint_url=f"http://{container.get_container_host_ip()}:{container.get_exposed_port(7070)}",
            aws_access_key_id="someone",
            aws_secret_access_key="secret",
            region_name="us-east-1",
        )
        store.create_bucket(Bucket="letters")
        store.put_object(Bucket="letters", Key="a/b", Body=b"hello", Metadata={"by": "someone"})
        assert store.get_object(Bucket="letters", Key="a/b")["Metadata"] == {"by": "someone"}
        assert [one["Key"] for one in store.list_objects_v2(Bucket="letters")["Contents"]] == ["a/b"]
        store.delete_object(Bucket="letters", Key="a/b")
        store.delete_bucket(Bucket="letters")
        assert store.list_buckets()["Buckets"] == []


def test_azurite() -> None:
    with AzuriteContainer("mcr.microsoft.com/azure-storage/azurite:3.35.0") as container:
        # without the option to skip the check, the server takes no version that is newer than itself
        address, known = container.get_connection_string(), "2025-05-05"
        with ContainerClient.from_connection_string(address, "letters", api_version=known) as letters:
            letters.create_container()
            letters.upload_blob("one", b"hello")
            assert letters.download_blob("one").readall() == b"hello"


def test_sftp_takes_a_password_or_a_key() -> None:
    with SFTPContainer("atmoz/sftp:debian") as container:
        address = (container.get_container_host_ip(), container.get_exposed_sftp_port())
        for user in container.users:
            key = RSAKey.from_private_key_file(user.private_key_file) if user.private_key_file else None
            with Transport(address) as transport:
                transport.connect(username=user.name, password=user.password or "", pkey=key)
                client = SFTPClient.from_transport(transport)
                assert client is not None
                client.putfo(BytesIO(b"hello"), "upload/letter")
                assert client.listdir("upload") == ["letter"]


def test_openldap() -> None:
    container = DockerContainer("symas/openldap:2.6").with_exposed_ports(1389)
    container.with_envs(
        LDAP_ROOT="dc=shop,dc=test", LDAP_ADMIN_USERNAME="someone", LDAP_ADMIN_PASSWORD=PASSWORD
    )
    container.with_envs(LDAP_USERS="alice", LDAP_PASSWORDS="wonder")
    with container.waiting_for(LogMessageWaitStrategy("slapd starting")):
        url = f"ldap://{container.get_container_host_ip()}:{container.get_exposed_port(1389)}"
        alice = "cn=alice,ou=users,dc=shop,dc=test"
        with Connection(url, "cn=someone,dc=shop,dc=test", PASSWORD) as connection:
            connection.search("dc=shop,dc=test", "(objectClass=inetOrgPerson)")
            assert [one.entry_dn for one in connection.entries] == [alice]
            assert connection.rebind(alice, "wonder")


def test_up_refuses_an_image_it_does_not_have() -> None:
    done = subprocess.run([HERE / "up", "redis", "oracle"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("engine: there is no image oracle, only: azurite fake-gcs-server kafka ")


def test_an_image_that_fails_leaves_the_engine_up(tmp_path: Path, engine: dict[str, str]) -> None:
    if subprocess.run(
        ["bash", "-c", ". tests/engine/common.sh; own_dockerd"], cwd=HERE.parents[1]
    ).returncode:
        pytest.skip("an engine that was there already builds nothing")
    copy = shutil.copytree(HERE, tmp_path / "engine")
    broken = copy / "images/broken"
    broken.mkdir()
    (broken / "tags").write_text("tcgen-broken:1\n")
    (broken / "prepare").write_text("#!/bin/sh\necho the registry is not there >&2\nexit 1\n")
    (broken / "prepare").chmod(0o755)
    done = subprocess.run([copy / "up", "broken", "redis"], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 4
    assert done.stdout.startswith("export DOCKER_HOST=")
    assert "no image for broken: prepare: the registry is not there" in done.stderr.splitlines()[-1]


def until(holds: Callable[[], bool], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False
