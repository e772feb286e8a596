"""Azurite takes what it is given and gives it back."""

from __future__ import annotations

from azure.data.tables import TableClient
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient


def test_blob_comes_back(azurite_container: ContainerClient) -> None:
    azurite_container.upload_blob("key", b"value")
    assert azurite_container.download_blob("key").readall() == b"value"
    assert list(azurite_container.list_blob_names()) == ["key"]


def test_message_comes_back(azurite_queue: QueueClient) -> None:
    azurite_queue.send_message("message")
    message = azurite_queue.receive_message()
    assert message is not None
    assert message.content == "message"


def test_entity_comes_back(azurite_table: TableClient) -> None:
    key = {"PartitionKey": "things", "RowKey": "1"}
    azurite_table.create_entity({**key, "name": "thing"})
    assert azurite_table.get_entity("things", "1") == {**key, "name": "thing"}
