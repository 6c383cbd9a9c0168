"""Buckets are encrypted: private ones with a key of ours, those of log services with S3's, which they can use."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, Statement, known, policy, rejected, statements

KEYS = ("aws_kms_key", "aws_kms_alias", "aws_kms_replica_key", "aws_kms_external_key")
KMS, S3 = ("aws:kms", "aws:kms:dsse"), "AES256"
# These can write to buckets that S3's own key encrypts only.
LOAD_BALANCERS = "logdelivery.elasticloadbalancing.amazonaws.com"
UPLOADING = ("PUT", "POST")


@policy(
    id="TIER_AWS_076",
    title="Buckets are encrypted, those of private files with a key of our own",
    severity=Severity.HIGH,
    why="Who has a leaked permission on S3 alone cannot read files under our key, and each use of the key is recorded.",
    remedy="add an `aws_s3_bucket_server_side_encryption_configuration` with `aws:kms`, a `kms_master_key_id` of ours "
    "and a bucket key; with AES256 for public files and logs of load balancers",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    resources=["aws_s3_bucket"],
    unknown=rejected("the encryption is a literal of the blueprint; a key is judged by what it refers to"),
)
def encrypted(bucket: Resource) -> Iterator[Fault]:
    """Refuse a bucket without encryption, or with the wrong kind of key."""
    found = list(_rules(bucket))
    if not found:
        yield Fault("nothing says how it is encrypted")
        return
    for holder, path, rule in found:
        defaults = rule.get("apply_server_side_encryption_by_default") or [{}]
        algorithm = (defaults[0] or {}).get("sse_algorithm")
        if algorithm in KMS:
            yield from _key(holder, path, defaults[0].get("kms_master_key_id"))
            if algorithm == "aws:kms" and not rule.get("bucket_key_enabled"):
                yield Fault("without a bucket key each object asks KMS, and costs")
            if any(_service(statement, LOAD_BALANCERS) for statement in _allowed(bucket)):
                yield Fault("load balancers cannot write their logs to it: they can use S3's key only")
        elif algorithm != S3:
            yield Fault(f"{algorithm} is no encryption")
        elif bucket.plan.tier in TIERS and _private(bucket):
            yield Fault("it holds private files, but S3's key encrypts it, not one of ours")


def _beside(bucket: Resource, type_: str) -> list[Resource]:
    """Return the resources of a type that are on the bucket: by name if that is known, and by reference."""
    return [item for item in bucket.plan.of(type_) if _is_on(item, bucket)]


def _is_on(item: Resource, bucket: Resource) -> bool:
    names = {bucket[name] for name in ("bucket", "id", "arn") if known(bucket[name]) and bucket[name]}
    buckets = [found for found in item.refers_to("bucket") if found.type == "aws_s3_bucket"]
    if known(item["bucket"]) and names:
        return item["bucket"] in names and (not buckets or bucket in buckets)
    return bucket in buckets


def _rules(bucket: Resource) -> Iterator[tuple[Resource, tuple[str | int, ...], Mapping[str, Any]]]:
    """Yield each rule, with its holder and its path there: beside the bucket or, in the old style, in it."""
    items = _beside(bucket, "aws_s3_bucket_server_side_encryption_configuration")
    for item in items:
        for index, rule in enumerate(item.blocks("rule")):
            yield item, ("rule", index), rule
    name = "server_side_encryption_configuration"
    if not items and name in bucket.expressions:
        for block in bucket.blocks(name):
            for index, rule in enumerate(block.get("rule") or []):
                yield bucket, (name, 0, "rule", index), rule


def _key(holder: Resource, path: tuple[str | int, ...], value: object) -> Iterator[Fault]:
    """Ask for a key of ours: by reference, or by a value that is known."""
    keys = holder.refers_to(*path, "apply_server_side_encryption_by_default", 0, "kms_master_key_id")
    if not known(value) and any(found.type in KEYS and not _of_aws(found["name"]) for found in keys):
        return
    if not value or _of_aws(value):
        yield Fault("it is encrypted with the key that AWS makes for the account, not with one of ours")


def _of_aws(name: object) -> bool:
    return known(name) and isinstance(name, str) and "alias/aws/" in name


def _allowed(bucket: Resource) -> list[Statement]:
    """Return what the bucket's policy allows."""
    policies = _beside(bucket, "aws_s3_bucket_policy")
    return [item for found in policies for item in statements(found, "policy") if item.effect == "Allow"]


def _service(statement: Statement, name: str = "") -> bool:
    """Say whether a statement is about a service, or about the one called so."""
    principals = statement.principals
    services = principals.get("Service") if isinstance(principals, dict) else None
    listed = services if isinstance(services, list) else [services]
    return bool(services) and (not name or name in listed)


def _private(bucket: Resource) -> bool:
    """Say whether people upload to a bucket, or no service such as CloudFront or a log delivery may use it."""
    for item in _beside(bucket, "aws_s3_bucket_cors_configuration"):
        if any(
            method in UPLOADING for rule in item.blocks("cors_rule") for method in rule.get("allowed_methods") or []
        ):
            return True
    return not any(_service(statement) for statement in _allowed(bucket))
