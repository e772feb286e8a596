"""Memcached takes a value and gives it back."""

from __future__ import annotations

from pymemcache import Client


def test_value_comes_back(memcached_client: Client) -> None:
    assert memcached_client.get("key") is None
    memcached_client.set("key", b"value")
    assert memcached_client.get("key") == b"value"
