"""S3: replication configurations, and buckets named with a prefix."""

from __future__ import annotations

from typing import Any

from generator.emulator.registry import Answer, Call, amend, patch


@amend("s3", "PutBucketReplication")
def put_bucket_replication(call: Call, answer: Answer) -> None:  # noqa: ARG001
    """Forgets parts of the rules, among them DeleteMarkerReplication."""
    call.store.notes["s3", "replication", ""][call.params["Bucket"]] = call.params["ReplicationConfiguration"]


@amend("s3", "GetBucketReplication")
def get_bucket_replication(call: Call, answer: Answer) -> None:
    """Forgets parts of the rules, among them DeleteMarkerReplication."""
    noted = call.store.notes["s3", "replication", ""].get(call.params["Bucket"])
    if noted:
        answer["ReplicationConfiguration"] = noted


@patch("ec2")
def accept_prefix_of_flow_logs() -> None:
    """Flow logs: takes bucket and prefix of an S3 destination for the name of a bucket."""
    from moto.s3.models import S3Backend  # noqa: PLC0415 - slow to import

    original = S3Backend.get_bucket

    def get_bucket(self: Any, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        return original(self, bucket_name.split("/", maxsplit=1)[0], *args, **kwargs)

    S3Backend.get_bucket = get_bucket  # type: ignore[method-assign]
