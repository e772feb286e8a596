"""Redis takes a value and gives it back."""

from __future__ import annotations

from redis import Redis


def test_value_comes_back(redis_client: Redis) -> None:
    assert redis_client.dbsize() == 0
    redis_client.set("key", "value")
    assert redis_client.get("key") == b"value"


def test_database_is_empty_again(redis_client: Redis) -> None:
    assert redis_client.dbsize() == 0
