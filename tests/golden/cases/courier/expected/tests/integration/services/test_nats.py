"""NATS delivers a message, and keeps one in a stream."""

from __future__ import annotations

import pytest
from nats.aio.client import Client


@pytest.mark.asyncio
async def test_message_arrives(nats_client: Client, nats_subject: str) -> None:
    subscription = await nats_client.subscribe(nats_subject)
    await nats_client.publish(nats_subject, b"message")
    assert (await subscription.next_msg(timeout=30)).data == b"message"


@pytest.mark.asyncio
async def test_stream_keeps_a_message(nats_client: Client, nats_subject: str) -> None:
    stream = nats_client.jetstream()
    await stream.add_stream(name=nats_subject, subjects=[nats_subject])
    await stream.publish(nats_subject, b"message")
    subscription = await stream.subscribe(nats_subject, durable="reader")
    assert (await subscription.next_msg(timeout=30)).data == b"message"
    await stream.delete_stream(nats_subject)
