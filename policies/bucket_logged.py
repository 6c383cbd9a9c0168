"""Who reads a bucket is logged to another one, which lets the logs in and does not keep them for ever."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from generator.policy import TIERS, Fault, Resource, Severity, Statement, known, policy, rejected, statements

LOGGING = "logging.s3.amazonaws.com"
# Services that write logs: a bucket that lets one of them in is a bucket of logs.
WRITERS = (LOGGING, "logdelivery.elasticloadbalancing.amazonaws.com", "delivery.logs.amazonaws.com")
# Days that logs are kept in a tier: a break-in is often found after months, and asked about for a year.
LEAST, MOST = 365, 400


@policy(
    id="TIER_AWS_077",
    title="Buckets log who reads them, and logs expire in time",
    severity=Severity.MEDIUM,
    why="After a leak nobody can tell what was read, by whom; logs that never expire are paid for ever.",
    remedy="add an `aws_s3_bucket_logging` to another bucket, whose policy lets logging.s3.amazonaws.com write below "
    "the prefix, and a lifecycle rule by which the objects there expire; in a tier after a year",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
    resources=["aws_s3_bucket"],
    unknown=rejected("where a bucket logs to is a name of the blueprint or a reference"),
)
def logged(bucket: Resource) -> Iterator[Fault]:
    """Refuse a bucket that logs nothing, but for buckets of logs, whose logs must expire."""
    items = _beside(bucket, "aws_s3_bucket_logging")
    for item in items:
        yield from _delivered(item, bucket)
    if items or ("logging" in bucket.expressions and bucket["logging"]):
        return
    if _holds_logs(bucket):
        yield from _expires(bucket)
    else:
        yield Fault("nobody can tell who has read it")


def _beside(bucket: Resource, type_: str, argument: str = "bucket") -> list[Resource]:
    """Return the resources of a type that are on the bucket: by name if that is known, and by reference."""
    return [item for item in bucket.plan.of(type_) if _is_on(item, bucket, argument)]


def _is_on(item: Resource, bucket: Resource, argument: str) -> bool:
    names = {bucket[name] for name in ("bucket", "id", "arn") if known(bucket[name]) and bucket[name]}
    buckets = [found for found in item.refers_to(argument) if found.type == "aws_s3_bucket"]
    if known(item[argument]) and names:
        return item[argument] in names and (not buckets or bucket in buckets)
    return bucket in buckets


def _holds_logs(bucket: Resource) -> bool:
    """Say whether a bucket is there for logs: another one logs to it, or a service that writes logs may."""
    targets = _beside(bucket, "aws_s3_bucket_logging", "target_bucket")
    if any(not _is_on(item, bucket, "bucket") for item in targets):
        return True
    return _by_acl(bucket) or any(_services(item) & set(WRITERS) for item in _allowed(bucket))


def _by_acl(bucket: Resource) -> bool:
    """Say whether an ACL of the old style lets S3 write logs to a bucket."""
    acls = [item["acl"] for item in (bucket, *_beside(bucket, "aws_s3_bucket_acl"))]
    return any(known(acl) and acl == "log-delivery-write" for acl in acls)


def _allowed(bucket: Resource) -> list[Statement]:
    """Return what the bucket's policy allows."""
    policies = _beside(bucket, "aws_s3_bucket_policy")
    return [item for found in policies for item in statements(found, "policy") if item.effect == "Allow"]


def _services(statement: Statement) -> set[str]:
    principals = statement.principals
    services = principals.get("Service") if isinstance(principals, dict) else None
    listed = services if isinstance(services, list) else [services]
    return {item for item in listed if known(item) and isinstance(item, str)}


def _delivered(item: Resource, bucket: Resource) -> Iterator[Fault]:
    """Judge where a bucket logs to: to another one of the plan that lets it, or to one that the plan does not have."""
    if known(item["target_bucket"]) and not item["target_bucket"]:
        yield Fault(f"{item.address} logs nowhere")
        return
    targets = [found for found in bucket.plan.of("aws_s3_bucket") if _is_on(item, found, "target_bucket")]
    if bucket in targets and len(targets) == 1:
        yield Fault("it logs to itself, so that each entry makes another")
    for target in targets if len(targets) == 1 and bucket not in targets else ():
        if not _by_acl(target) and not any(_lets(rule, item, target) for rule in _allowed(target)):
            yield Fault(f"{target.address} does not let S3 write its logs")


def _lets(statement: Statement, item: Resource, target: Resource) -> bool:
    """Say whether a statement lets S3 write below the prefix; on what is not known, it does."""
    if LOGGING not in _services(statement):
        return False
    name, prefix = target["bucket"], item["target_prefix"]
    if not known(name) or not known(prefix) or not known(statement.resources):
        return True
    place = f"{name}/{prefix or ''}entry"
    return any(not known(one) or fnmatchcase(place, re.sub(r"^.*:::", "", str(one))) for one in statement.resources)


def _expires(bucket: Resource) -> Iterator[Fault]:
    """Ask for a rule by which logs go, of any part of a bucket: each service writes below a prefix of its own."""
    rules = [
        rule
        for item in _beside(bucket, "aws_s3_bucket_lifecycle_configuration")
        for rule in item.blocks("rule")
        if rule.get("status") == "Enabled"
    ]
    if "lifecycle_rule" in bucket.expressions:
        rules += [rule for rule in bucket.blocks("lifecycle_rule") if rule.get("enabled")]
    days = [block.get("days") for rule in rules for block in rule.get("expiration") or []]
    kept = max((item for item in days if item), default=0)
    if not kept:
        yield Fault("its logs are kept and paid for ever")
    elif bucket.plan.tier in TIERS and not LEAST <= kept <= MOST:
        yield Fault(f"its logs are kept for {kept} days; {LEAST} to {MOST} are right")
