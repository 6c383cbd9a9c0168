"""Buckets refuse plain HTTP, and in our tiers TLS older than 1.2."""

from collections.abc import Iterator
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, Statement, known, policy, rejected, statements

TRANSPORT, VERSION = "aws:securetransport", "s3:tlsversion"
OLDEST = 1.2


@policy(
    id="TIER_AWS_016",
    title="Buckets refuse plain HTTP and old TLS",
    severity=Severity.HIGH,
    why="What is asked of a bucket over plain HTTP can be read, and changed, by whoever is on the way.",
    remedy="add an `aws_s3_bucket_policy` that denies `s3:*` to everybody on the bucket and its objects where "
    "`aws:SecureTransport` is false, and where `s3:TlsVersion` is less than 1.2",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html",
    resources=["aws_s3_bucket"],
    unknown=rejected("a policy that cannot be read may refuse nothing"),
)
def by_tls(bucket: Resource) -> Iterator[Fault]:
    """Ask for a policy that denies."""
    found = [
        (item, attribute)
        for item, attribute in [*((item, "policy") for item in _policies(bucket)), (bucket, "policy")]
        if not known(item[attribute]) or item[attribute]
    ]
    if not found:
        yield Fault("it has no policy, and so answers over plain HTTP")
        return
    told = [statement for item, attribute in found for statement in statements(item, attribute)]
    if not any(_denies(statement, bucket) and _plain(statement) for statement in told):
        yield Fault("nothing in its policy denies plain HTTP")
    if bucket.plan.tier in TIERS and not any(_denies(statement, bucket) and _old(statement) for statement in told):
        yield Fault("nothing in its policy denies old TLS")


def _policies(bucket: Resource) -> list[Resource]:
    """Return the policies on a bucket: by name if that is known, and by reference."""
    names = {bucket[name] for name in ("bucket", "id") if known(bucket[name]) and bucket[name]}
    found = []
    for item in bucket.plan.of("aws_s3_bucket_policy"):
        if known(item["bucket"]) and names:
            on = item["bucket"] in names
        else:
            on = bucket in item.refers_to("bucket")
        if on:
            found.append(item)
    return found


def _denies(statement: Statement, bucket: Resource) -> bool:
    """Say whether a statement denies everybody all that there is, in the bucket and in its objects."""
    if statement.effect != "Deny" or not _everybody(statement.principals):
        return False
    actions = [str(action).lower() for action in statement.actions]
    return any(action in ("s3:*", "*") for action in actions) and _all_of_it(statement.resources, bucket)


def _everybody(principals: Any) -> bool:
    if isinstance(principals, dict):
        named = principals.get("AWS", principals.get("*"))
        return "*" in (named if isinstance(named, list) else [named])
    return bool(principals == "*")


def _all_of_it(resources: Any, bucket: Resource) -> bool:
    """Say whether resources are the bucket and its objects; ARNs that are not known are told apart by how many."""
    named = [item for item in resources if known(item)]
    later = len(resources) - len(named)
    name = bucket["bucket"]
    mine = [item for item in named if item == "*" or not known(name) or not name or f":{name}" in item]
    whole = any(item == "*" or not item.endswith("/*") for item in mine)
    objects = any(item.endswith("*") for item in mine)
    return whole + objects + later >= 2


def _plain(statement: Statement) -> bool:
    """Say whether a statement is of requests over plain HTTP, and of no fewer."""
    found = _conditions(statement)
    return len(found) == 1 and any(
        test in ("bool", "boolifexists") and name == TRANSPORT and values == ["false"] for test, name, values in found
    )


def _old(statement: Statement) -> bool:
    """Say whether a statement is of requests by TLS before 1.2, and of no fewer."""
    found = _conditions(statement)
    return len(found) == 1 and any(
        test.startswith("numericlessthan") and name == VERSION and len(values) == 1 and float(values[0]) >= OLDEST
        for test, name, values in found
    )


def _conditions(statement: Statement) -> list[tuple[str, str, list[str]]]:
    """Return test, key and values of each condition, in lower case."""
    return [
        (str(test).lower(), str(name).lower(), [str(item).lower() for item in _list(values)])
        for test, names in statement.conditions.items()
        for name, values in names.items()
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
