"""The policies of buckets, keys and secrets keep nobody out whom they serve."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, Statement, known, policy, rejected, statements

KEYS = ("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key")
# Resources with a policy, and what all actions on them are called.
EVERYTHING = {
    "aws_s3_bucket": "s3:*",
    "aws_s3_bucket_policy": "s3:*",
    **dict.fromkeys((*KEYS, "aws_kms_key_policy"), "kms:*"),
    "aws_secretsmanager_secret": "secretsmanager:*",
    "aws_secretsmanager_secret_policy": "secretsmanager:*",
}
ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"
KEY_OF_BUCKET = ("rule", 0, "apply_server_side_encryption_by_default", 0, "kms_master_key_id")
CLOUDFRONT, DELIVERY = "cloudfront.amazonaws.com", "delivery.logs.amazonaws.com"
# A load balancer writes by a name of its own or, in older regions, as an account of AWS.
LOGS, BALANCERS = "logs.*amazonaws.com", "*elasticloadbalancing.amazonaws.com"
DESTINATION = ("delivery_destination_configuration", 0, "destination_resource_arn")
READ, WRITE = ("kms:decrypt",), ("kms:decrypt", "kms:generatedatakey")
DELIVER = ("s3:putobject", "s3:getbucketacl")
# Who publishes to a topic, by the resources that name it and their arguments.
PUBLISHERS: dict[str, tuple[tuple[str, tuple[str | int, ...]], ...]] = {
    "cloudwatch.amazonaws.com": (
        ("aws_cloudwatch_metric_alarm", ("alarm_actions",)),
        ("aws_cloudwatch_composite_alarm", ("alarm_actions",)),
    ),
    "events.rds.amazonaws.com": (("aws_db_event_subscription", ("sns_topic",)),),
    "budgets.amazonaws.com": (("aws_budgets_budget", ("notification",)),),
    "costalerts.amazonaws.com": (("aws_ce_anomaly_subscription", ("subscriber",)),),
}
Need = tuple[str, tuple[str, ...], str]


@policy(
    id="TIER_AWS_031",
    title="Policies of buckets, keys and secrets keep out nobody whom they serve",
    severity=Severity.HIGH,
    why="A denial that holds for all, or a service that may not use the key or the bucket, stops logs, files or alarms "
    "without a word, and a key that nobody manages can never be repaired.",
    remedy="give each denial a condition, and allow `kms:*` on a key to the account's root and to each service that "
    "uses the key or writes to the bucket what it needs",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    resources=list(EVERYTHING),
    unknown=rejected("statements are literals, and who uses a key or a bucket refers to it"),
)
def served(resource: Resource) -> Iterator[Fault]:
    """Refuse a denial that hits those who are meant to come in, and a missing permission."""
    value = resource["policy"]
    if (known(value) and not value) or (not known(value) and "policy" not in resource.expressions):
        return  # AWS's own default
    found = statements(resource, "policy")
    for statement in found:
        if statement.effect == "Deny":
            yield from _denied(statement, resource)
    allowed = [statement for statement in found if statement.effect == "Allow"]
    if EVERYTHING[resource.type] == "kms:*":
        yield from _managed(allowed, resource)
    for service, actions, user in dict.fromkeys(_needs(resource)):
        if not all(any(_lets(item, service, action) for item in allowed) for action in actions):
            yield Fault(f"it does not let {service} work, which {user} needs", "policy")


def _denied(statement: Statement, resource: Resource) -> Iterator[Fault]:
    """Refuse a denial without a condition that leaves nothing; in a tier, any of a service or account by its name."""
    all_of_it = any(_name(action) in ("*", EVERYTHING[resource.type]) for action in statement.actions)
    if _everybody(statement.principals):
        if all_of_it and not statement.conditions:
            yield Fault("it denies everything to everybody", "policy")
        return
    services, accounts = _named(statement.principals, "Service"), _named(statement.principals, "AWS")
    if services and (resource.plan.tier in TIERS or not statement.conditions):
        yield Fault(f"it keeps {', '.join(map(_name, services))} out", "policy")
    roots = [item for item in accounts if _root(item)]
    if roots and all_of_it and (resource.plan.tier in TIERS or not statement.conditions):
        yield Fault(f"it keeps all of {_name(roots[0])} out", "policy")


def _managed(allowed: list[Statement], resource: Resource) -> Iterator[Fault]:
    """Ask for somebody who may change a key's policy; in a tier for the account, without a condition."""
    in_tier = resource.plan.tier in TIERS
    for statement in allowed:
        who = _named(statement.principals, "AWS")
        if in_tier and (statement.conditions or not any(_root(item) for item in who)):
            continue
        if (who or _everybody(statement.principals)) and _covers(statement, "kms:putkeypolicy"):
            return
    yield Fault("nobody of the account may manage it, and so IAM can let nobody use it", "policy")


def _needs(resource: Resource) -> Iterator[Need]:
    """Yield the services that work with a key or a bucket by themselves, what they do, and for what."""
    if resource.type in KEYS:
        yield from _users_of(resource)
    elif resource.type == "aws_kms_key_policy":
        for key in resource.plan.of(*KEYS):
            if resource.points_to(key, "key_id"):
                yield from _users_of(key)
    elif resource.type == "aws_s3_bucket_policy" and resource.plan.tier in TIERS:
        for bucket in resource.plan.of("aws_s3_bucket"):
            if resource.points_to(bucket, "bucket"):
                yield from _writers_to(bucket)


def _users_of(key: Resource) -> Iterator[Need]:
    plan = key.plan
    for group in plan.pointing_to(key, "aws_cloudwatch_log_group", "kms_key_id"):
        yield LOGS, WRITE, group.address
    for topic in plan.pointing_to(key, "aws_sns_topic", "kms_master_key_id"):
        for service, uses in PUBLISHERS.items():
            if any(plan.pointing_to(topic, kind, *path) for kind, path in uses):
                yield service, WRITE, topic.address
    for encrypted in plan.pointing_to(key, ENCRYPTION, *KEY_OF_BUCKET):
        for item in plan.of("aws_s3_bucket_policy"):
            if _same_bucket(item, encrypted) and CLOUDFRONT in _let_in(item):
                yield CLOUDFRONT, READ, encrypted.address


def _writers_to(bucket: Resource) -> Iterator[Need]:
    """Yield who writes logs to a bucket, but for S3 itself."""
    plan = bucket.plan
    for kind in ("aws_lb", "aws_alb"):
        for balancer in plan.pointing_to(bucket, kind, "access_logs", 0, "bucket"):
            if balancer["load_balancer_type"] != "network" and balancer.block("access_logs").get("enabled"):
                yield BALANCERS, ("s3:putobject",), balancer.address
    for item in plan.pointing_to(bucket, "aws_cloudwatch_log_delivery_destination", *DESTINATION):
        yield DELIVERY, DELIVER, item.address
    for item in plan.pointing_to(bucket, "aws_flow_log", "log_destination"):
        yield DELIVERY, DELIVER, item.address


def _let_in(item: Resource) -> list[str]:
    """Return the services that a policy lets in."""
    allowed = [statement for statement in statements(item, "policy") if statement.effect == "Allow"]
    return [_name(service) for statement in allowed for service in _named(statement.principals, "Service")]


def _same_bucket(one: Resource, other: Resource) -> bool:
    first, second = one["bucket"], other["bucket"]
    if known(first) and known(second):
        return bool(first) and first == second
    return bool(set(one.refers_to("bucket")) & set(other.refers_to("bucket")))


def _lets(statement: Statement, service: str, action: str) -> bool:
    """Say whether a statement allows a service, or everybody, an action."""
    who = [_name(item) for item in _named(statement.principals, "Service")]
    by_account = service == BALANCERS and bool(_named(statement.principals, "AWS"))
    in_it = by_account or _everybody(statement.principals) or any(fnmatchcase(item, service) for item in who)
    return in_it and _covers(statement, action)


def _covers(statement: Statement, action: str) -> bool:
    """Say whether an action is one of a statement's; where it lists what it is not about, whether it is not there."""
    if statement.not_actions:
        return not any(fnmatchcase(action, _name(item)) for item in statement.not_actions)
    return any(fnmatchcase(action, _name(item)) for item in statement.actions)


def _everybody(principals: Any) -> bool:
    return principals == "*" or "*" in [_name(item) for item in _named(principals, "AWS")]


def _root(principal: Any) -> bool:
    """Say whether a principal is an account as such; one that only the apply will tell may be."""
    return not known(principal) or _name(principal).endswith(":root") or _name(principal).isdigit()


def _named(principals: Any, kind: str) -> list[Any]:
    value = principals.get(kind) if isinstance(principals, dict) else None
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _name(value: Any) -> str:
    """Return a name in lower case, "" of what only the apply will tell."""
    return str(value).lower() if known(value) else ""
