"""Google Cloud Storage takes an object and gives it back."""

from __future__ import annotations

from google.cloud.storage import Bucket


def test_object_comes_back(gcs_bucket: Bucket) -> None:
    gcs_bucket.blob("key").upload_from_string(b"value")
    assert gcs_bucket.blob("key").download_as_bytes() == b"value"
    assert [blob.name for blob in gcs_bucket.list_blobs()] == ["key"]
