"""What was deleted or replaced in a bucket can be brought back, and goes for good only in time."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

# Fewest and most days that a replaced version is kept, in a tier and in any plan.
VERSIONS, ANY_VERSIONS = (30, 180), (7, 3650)
# Fewest days that objects are kept where all of them expire.
OBJECTS, ANY_OBJECTS = 90, 7
# Fewest and most days that an upload may take, in a tier and in any plan; one that was interrupted can be resumed.
UPLOADS, ANY_UPLOADS = (7, 30), (1, 30)
# Where archives go in a tier: the suffix of the bucket's name, and by when they must have reached a cheaper class.
ARCHIVES = "backups"
CHEAPER = {"STANDARD_IA": (30, 60), "GLACIER": (60, 180)}


@policy(
    id="TIER_AWS_075",
    title="Buckets keep what is deleted or replaced for a time, and only for a time",
    severity=Severity.HIGH,
    why="Without versions a deleted file or backup is lost at once; without an end they are paid for ever.",
    remedy="switch versioning on, leave `force_destroy` out, and add lifecycle rules that expire noncurrent versions "
    "after 30 days or more, abort incomplete uploads and move archives to cheaper classes",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    resources=["aws_s3_bucket"],
    unknown=rejected("versioning and lifecycle are literals of the blueprint"),
)
def recoverable(bucket: Resource) -> Iterator[Fault]:
    """Refuse a bucket that forgets at once, or never."""
    if bucket["force_destroy"]:
        yield Fault("deleted, it takes all files along", "force_destroy")
    if not _versioned(bucket):
        yield Fault("it keeps no versions: what is deleted or replaced is lost")
    yield from _locked(bucket)
    yield from _lifecycle(bucket)


def _beside(bucket: Resource, type_: str) -> list[Resource]:
    """Return the resources of a type that are on the bucket: by name if that is known, and by reference."""
    return [item for item in bucket.plan.of(type_) if _is_on(item, bucket)]


def _is_on(item: Resource, bucket: Resource) -> bool:
    names = {bucket[name] for name in ("bucket", "id", "arn") if known(bucket[name]) and bucket[name]}
    buckets = [found for found in item.refers_to("bucket") if found.type == "aws_s3_bucket"]
    if known(item["bucket"]) and names:
        return item["bucket"] in names and (not buckets or bucket in buckets)
    return bucket in buckets


def _versioned(bucket: Resource) -> bool:
    """Say whether versioning is on, beside the bucket or, in the old style, in it."""
    settings = [
        block.get("status")
        for item in _beside(bucket, "aws_s3_bucket_versioning")
        for block in item.blocks("versioning_configuration")
    ]
    if not settings and "versioning" in bucket.expressions:
        return any(block.get("enabled") for block in bucket.blocks("versioning"))
    return any(status == "Enabled" for status in settings)


def _locked(bucket: Resource) -> Iterator[Fault]:
    """Judge the lock of a bucket that has one: with a retention, else it locks nothing by itself."""
    locks = _beside(bucket, "aws_s3_bucket_object_lock_configuration")
    enabled = bucket["object_lock_enabled"]
    if not locks and known(enabled) and enabled and bucket.plan.tier in TIERS:
        yield Fault("its lock has no retention, and so locks nothing", "object_lock_enabled")
    for lock in locks:
        kept = [block for rule in lock.blocks("rule") for block in rule.get("default_retention") or []]
        if not any(block.get("days") or block.get("years") for block in kept):
            yield Fault(f"{lock.address} has no retention, and so locks nothing")


def _lifecycle(bucket: Resource) -> Iterator[Fault]:
    """Judge the rules that hold for all objects of a bucket; those for a part of it are its owner's matter."""
    items = _beside(bucket, "aws_s3_bucket_lifecycle_configuration")
    rules = [
        rule for item in items for rule in item.blocks("rule") if rule.get("status") == "Enabled" and _for_all(rule)
    ]
    if not items and "lifecycle_rule" in bucket.expressions:
        old = bucket.blocks("lifecycle_rule")
        rules = [
            _as_new(rule) for rule in old if rule.get("enabled") and not rule.get("prefix") and not rule.get("tags")
        ]
    uploads = [block.get("days_after_initiation") for block in _all(rules, "abort_incomplete_multipart_upload")]
    yield from _uploads(uploads, UPLOADS if bucket.plan.tier in TIERS else ANY_UPLOADS)
    versions = [block.get("noncurrent_days") for block in _all(rules, "noncurrent_version_expiration")]
    yield from _versions(versions, VERSIONS if bucket.plan.tier in TIERS else ANY_VERSIONS)
    if bucket.plan.tier in TIERS:
        yield from _of_a_tier(bucket, rules)
    least = OBJECTS if bucket.plan.tier in TIERS else ANY_OBJECTS
    for block in _all(rules, "expiration"):
        days = block.get("days")
        if days and days < least:
            yield Fault(f"all its objects are deleted after {days} days; {least} is the least")


def _of_a_tier(bucket: Resource, rules: list[Mapping[str, Any]]) -> Iterator[Fault]:
    """Ask that what is left of deleted files goes, and that archives become cheaper with time."""
    if not any(block.get("expired_object_delete_marker") for block in _all(rules, "expiration")):
        yield Fault("the markers of deleted files are kept for ever, and slow down every listing")
    name = bucket["bucket"]
    if not known(name) or f"-{ARCHIVES}" not in str(name):
        return
    days = {block.get("storage_class"): block.get("days") or 0 for block in _all(rules, "transition")}
    for kind, (least, most) in CHEAPER.items():
        if not least <= days.get(kind, 0) <= most:
            yield Fault(f"archives do not go to {kind} after {least} to {most} days")


def _uploads(found: list[Any], bounds: tuple[int, int]) -> Iterator[Fault]:
    days = [item for item in found if item]
    if not days:
        yield Fault("parts of uploads that were never finished are kept and paid for ever")
    elif not bounds[0] <= min(days) <= bounds[1]:
        yield Fault(f"parts of unfinished uploads go after {min(days)} days; {bounds[0]} to {bounds[1]} are right")


def _versions(found: list[Any], bounds: tuple[int, int]) -> Iterator[Fault]:
    days = [item for item in found if item]
    if not days:
        yield Fault("replaced and deleted versions are kept and paid for ever")
    elif not bounds[0] <= min(days) <= bounds[1]:
        yield Fault(f"deleted files can be restored for {min(days)} days; {bounds[0]} to {bounds[1]} are right")


def _all(rules: list[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return [block for rule in rules for block in rule.get(name) or []]


def _for_all(rule: Mapping[str, Any]) -> bool:
    """Say whether a rule holds for all objects: without a prefix, tag or size, at the rule or in its filter."""
    return not rule.get("prefix") and not any(_narrow(part) for part in rule.get("filter") or [])


def _narrow(part: Mapping[str, Any] | None) -> bool:
    return any(bool(value) for value in (part or {}).values())


def _as_new(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule of the old style, written in the bucket, in the words of the new one."""
    days = rule.get("abort_incomplete_multipart_upload_days")
    versions = rule.get("noncurrent_version_expiration") or []
    return {
        "abort_incomplete_multipart_upload": [{"days_after_initiation": days}],
        "noncurrent_version_expiration": [{"noncurrent_days": block.get("days")} for block in versions],
        "expiration": rule.get("expiration") or [],
    }
