"""Mosquitto gives a message to who has subscribed to its topic."""

from __future__ import annotations

from queue import Queue
from threading import Event

import pytest
from aiomqtt import Client as AsyncClient
from paho.mqtt.client import Client


def test_message_arrives(mosquitto_client: Client, mosquitto_topic: str) -> None:
    subscribed, messages = Event(), Queue[bytes | bytearray]()
    mosquitto_client.on_subscribe = lambda *_: subscribed.set()
    mosquitto_client.on_message = lambda _, __, message: messages.put(message.payload)
    mosquitto_client.subscribe(mosquitto_topic)
    assert subscribed.wait(timeout=30)
    mosquitto_client.publish(mosquitto_topic, b"message")
    assert messages.get(timeout=30) == b"message"


@pytest.mark.asyncio
async def test_message_arrives_async(
    mosquitto_async_client: AsyncClient, mosquitto_topic: str
) -> None:
    await mosquitto_async_client.subscribe(mosquitto_topic)
    await mosquitto_async_client.publish(mosquitto_topic, b"message")
    message = await anext(mosquitto_async_client.messages)
    assert message.payload == b"message"
