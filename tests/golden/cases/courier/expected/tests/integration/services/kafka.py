"""Kafka: one broker a run, a topic and a group a test."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from kafka import KafkaConsumer, KafkaProducer
from testcontainers.community.kafka import KafkaContainer

from ..containers import image
from . import Server

TITLE = "Kafka"
PORTS = [9093]
IMAGE = image("confluentinc/cp-kafka:8.1.0", "TEST_KAFKA_IMAGE")


def container() -> KafkaContainer:
    """Return the server's container, not started yet."""
    return (
        KafkaContainer(IMAGE)
        .with_kraft()
        .with_env("KAFKA_HEAP_OPTS", "-Xms256m -Xmx512m")
    )


@pytest.fixture(scope="session")
def kafka_server(running_server: Callable[[str], Server]) -> Server:
    """The Kafka that all workers share."""
    return running_server("kafka")


@pytest.fixture(scope="session")
def kafka_bootstrap(kafka_server: Server) -> Iterator[str]:
    """The broker, as clients take it: host and port.

    The application finds it by $KAFKA_BOOTSTRAP_SERVERS.
    """
    url = kafka_server.address
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka_server.address)
        yield url


@pytest.fixture
def kafka_topic(kafka_bootstrap: str) -> Iterator[str]:
    """A topic of the test's own, which is gone after it."""
    topic = f"test-{secrets.token_hex(6)}"
    admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
    admin.create_topics([NewTopic(topic, num_partitions=1)])[topic].result(timeout=30)
    yield topic
    admin.delete_topics([topic])[topic].result(timeout=30)


@pytest.fixture
def kafka_group() -> str:
    """A consumer group of the test's own."""
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def kafka_producer(kafka_bootstrap: str) -> Iterator[Producer]:
    """A producer of confluent-kafka."""
    producer = Producer({"bootstrap.servers": kafka_bootstrap})
    yield producer
    producer.flush(timeout=10)


@pytest.fixture
def kafka_consumer(
    kafka_bootstrap: str, kafka_topic: str, kafka_group: str
) -> Iterator[Consumer]:
    """A consumer of confluent-kafka, which reads the test's topic from its start."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka_bootstrap,
            "group.id": kafka_group,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([kafka_topic])
    yield consumer
    consumer.close()


@pytest.fixture
def kafka_python_producer(kafka_bootstrap: str) -> Iterator[KafkaProducer]:
    """A producer of kafka-python."""
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    yield producer
    producer.close()


@pytest.fixture
def kafka_python_consumer(
    kafka_bootstrap: str, kafka_topic: str, kafka_group: str
) -> Iterator[KafkaConsumer]:
    """A consumer of kafka-python, which reads the test's topic from its start."""
    consumer = KafkaConsumer(
        kafka_topic,
        bootstrap_servers=kafka_bootstrap,
        group_id=kafka_group,
        auto_offset_reset="earliest",
    )
    yield consumer
    consumer.close()


@pytest_asyncio.fixture
async def kafka_async_producer(
    kafka_bootstrap: str,
) -> AsyncIterator[AIOKafkaProducer]:
    """A producer of aiokafka."""
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        yield producer


@pytest_asyncio.fixture
async def kafka_async_consumer(
    kafka_bootstrap: str, kafka_topic: str, kafka_group: str
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of aiokafka, which reads the test's topic from its start."""
    async with AIOKafkaConsumer(
        kafka_topic,
        bootstrap_servers=kafka_bootstrap,
        group_id=kafka_group,
        auto_offset_reset="earliest",
    ) as consumer:
        yield consumer
