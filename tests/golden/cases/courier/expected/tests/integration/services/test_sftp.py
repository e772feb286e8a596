"""SFTP takes a file and gives it back."""

from __future__ import annotations

from io import BytesIO

import pytest
from asyncssh import SFTPClient as AsyncSFTPClient
from paramiko import SFTPClient


def test_file_comes_back(sftp_client: SFTPClient, sftp_folder: str) -> None:
    sftp_client.putfo(BytesIO(b"value"), f"{sftp_folder}/key")
    with sftp_client.open(f"{sftp_folder}/key") as file:
        assert file.read() == b"value"
    assert sftp_client.listdir(sftp_folder) == ["key"]


@pytest.mark.asyncio
async def test_file_comes_back_async(
    sftp_async_client: AsyncSFTPClient, sftp_async_folder: str
) -> None:
    path = f"{sftp_async_folder}/key"
    async with sftp_async_client.open(path, "w") as file:
        await file.write("value")
    async with sftp_async_client.open(path) as file:
        assert await file.read() == "value"
