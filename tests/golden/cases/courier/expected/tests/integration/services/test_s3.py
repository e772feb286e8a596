"""S3 takes an object and gives it back."""

from __future__ import annotations

from typing import Any


def test_object_comes_back(s3_client: Any, s3_bucket: str) -> None:
    s3_client.put_object(Bucket=s3_bucket, Key="key", Body=b"value")
    found = s3_client.get_object(Bucket=s3_bucket, Key="key")
    assert found["Body"].read() == b"value"
    listed = s3_client.list_objects_v2(Bucket=s3_bucket)
    assert [one["Key"] for one in listed["Contents"]] == ["key"]
