"""S3: replication configurations, and buckets named with a prefix."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase as fnmatch
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


@patch("s3")
def accept_log_policies() -> None:
    """Access logging: reads few forms of the log bucket's policy, and fails on `"Principal": "*"`."""
    from moto.s3.models import FakeBucket  # noqa: PLC0415 - slow to import

    def allowed(target_bucket: Any, target_prefix: str | None) -> bool:
        place = f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}"
        policy = json.loads(target_bucket.policy or b"{}")
        return any(_allows_logs(statement, place) for statement in _listed(policy.get("Statement")))

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


@patch("ec2")
def accept_prefix_of_flow_logs() -> None:
    """Flow logs: takes bucket and prefix of an S3 destination for the name of a bucket."""
    from moto.s3.models import S3Backend  # noqa: PLC0415 - slow to import

    original = S3Backend.get_bucket

    def get_bucket(self: Any, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        return original(self, bucket_name.split("/", maxsplit=1)[0], *args, **kwargs)

    S3Backend.get_bucket = get_bucket  # type: ignore[method-assign]
