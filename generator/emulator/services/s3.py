"""S3: replication, access logging, and what moto would take for another operation."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase as fnmatch
from typing import Any

from generator.emulator.registry import Answer, Call, amend, operation, patch

# moto tells operations apart by the query's keys, and takes one with an unknown key for CreateBucket, ListObjects or
# even DeleteBucket.
MISTAKEN = (
    "CreateBucketMetadataConfiguration",
    "CreateBucketMetadataTableConfiguration",
    "CreateSession",
    "DeleteBucketAnalyticsConfiguration",
    "DeleteBucketIntelligentTieringConfiguration",
    "DeleteBucketInventoryConfiguration",
    "DeleteBucketMetadataConfiguration",
    "DeleteBucketMetadataTableConfiguration",
    "DeleteBucketMetricsConfiguration",
    "GetBucketAbac",
    "GetBucketAnalyticsConfiguration",
    "GetBucketIntelligentTieringConfiguration",
    "GetBucketMetadataConfiguration",
    "GetBucketMetadataTableConfiguration",
    "GetBucketMetricsConfiguration",
    "ListBucketAnalyticsConfigurations",
    "ListBucketIntelligentTieringConfigurations",
    "ListBucketMetricsConfigurations",
    "PutBucketAbac",
    "PutBucketAnalyticsConfiguration",
    "PutBucketIntelligentTieringConfiguration",
    "PutBucketMetricsConfiguration",
    "PutBucketRequestPayment",
    "UpdateBucketMetadataAnnotationTableConfiguration",
    "UpdateBucketMetadataInventoryTableConfiguration",
    "UpdateBucketMetadataJournalTableConfiguration",
)


@operation("s3", *MISTAKEN)
def refuse(call: Call) -> None:
    """Refused: moto would list, make or delete the bucket instead."""
    raise NotImplementedError(call.operation)


@operation("s3", "GetBucketRequestPayment")
def get_bucket_request_payment(call: Call) -> Answer:
    """Answers with a list of the bucket's objects."""
    call.backend("aws").get_bucket(call.params["Bucket"])  # fails if there is none
    return {"Payer": "BucketOwner"}


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


@patch("s3")
def mend_logging() -> None:
    """Logging: fails on most policies of log buckets, logs every call, takes bucket and prefix for a bucket's name."""
    from moto.s3.models import FakeBucket, S3Backend  # noqa: PLC0415 - slow to import

    def allowed(target_bucket: Any, target_prefix: str | None) -> bool:
        place = f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}"
        policy = json.loads(target_bucket.policy or b"{}")
        return any(_allows_logs(statement, place) for statement in _listed(policy.get("Statement")))

    def log_nothing(self: Any, request: Any, bucket_name: str) -> None:
        """Leave the log bucket empty, so that it can be destroyed."""

    find = S3Backend.get_bucket

    def get_bucket(self: Any, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        return find(self, bucket_name.split("/", maxsplit=1)[0], *args, **kwargs)

    S3Backend.get_bucket = get_bucket  # type: ignore[method-assign]
    S3Backend.log_incoming_request = log_nothing  # type: ignore[method-assign]
    FakeBucket._log_permissions_enabled_policy = staticmethod(allowed)  # type: ignore[method-assign]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _allows_logs(statement: dict[str, Any], place: str) -> bool:
    principal = statement.get("Principal")
    services = _listed(principal.get("Service")) if isinstance(principal, dict) else []
    return (
        statement.get("Effect") == "Allow"
        and "logging.s3.amazonaws.com" in services
        and any(fnmatch("s3:PutObject", action) for action in _listed(statement.get("Action")))
        and any(fnmatch(place, f"{resource.rstrip('*')}*") for resource in _listed(statement.get("Resource")))
    )
