"""RabbitMQ takes a message into a queue and hands it out."""

from __future__ import annotations

from typing import Any

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel
from pika.adapters.blocking_connection import BlockingChannel


def test_message_arrives(rabbitmq_channel: BlockingChannel) -> None:
    queue = rabbitmq_channel.queue_declare("", exclusive=True).method.queue
    rabbitmq_channel.basic_publish("", queue, b"message")
    assert rabbitmq_channel.basic_get(queue, auto_ack=True)[2] == b"message"


@pytest.mark.asyncio
async def test_message_arrives_async(rabbitmq_async_channel: AbstractChannel) -> None:
    queue = await rabbitmq_async_channel.declare_queue(exclusive=True)
    exchange = rabbitmq_async_channel.default_exchange
    await exchange.publish(Message(b"message"), queue.name)
    message = await queue.get(timeout=30)
    assert message is not None
    assert message.body == b"message"


def test_message_arrives_by_kombu(rabbitmq_connection: Any) -> None:
    with rabbitmq_connection.SimpleBuffer("test") as queue:
        queue.put("message")
        assert queue.get(timeout=30).payload == "message"
