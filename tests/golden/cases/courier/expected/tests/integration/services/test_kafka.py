"""Kafka gives a message to the group that reads its topic."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer, Producer
from kafka import KafkaConsumer, KafkaProducer


def test_message_arrives(
    kafka_producer: Producer, kafka_consumer: Consumer, kafka_topic: str
) -> None:
    kafka_producer.produce(kafka_topic, b"message")
    assert kafka_producer.flush(timeout=30) == 0
    message = kafka_consumer.poll(timeout=30)
    assert message is not None
    assert (message.error(), message.value()) == (None, b"message")


def test_message_arrives_by_kafka_python(
    kafka_python_producer: KafkaProducer,
    kafka_python_consumer: KafkaConsumer,
    kafka_topic: str,
) -> None:
    kafka_python_producer.send(kafka_topic, b"message").get(timeout=30)
    polled = kafka_python_consumer.poll(timeout_ms=30_000)
    assert [one.value for batch in polled.values() for one in batch] == [b"message"]


@pytest.mark.asyncio
async def test_message_arrives_by_aiokafka(
    kafka_async_producer: AIOKafkaProducer,
    kafka_async_consumer: AIOKafkaConsumer,
    kafka_topic: str,
) -> None:
    await kafka_async_producer.send_and_wait(kafka_topic, b"message")
    message = await asyncio.wait_for(kafka_async_consumer.getone(), timeout=30)
    assert message.value == b"message"
