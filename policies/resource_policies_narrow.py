"""The policies of buckets, keys and secrets let in whom they name, and AWS's services on our behalf only."""

import re
from collections.abc import Iterator
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, Statement, known, policy, rejected, statements

POLICIES = {
    "aws_s3_bucket": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_kms_key": "policy",
    "aws_kms_replica_key": "policy",
    "aws_kms_external_key": "policy",
    "aws_kms_key_policy": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_cloudwatch_log_resource_policy": "policy_document",
}
# Keys of conditions that say for whom, or on whose behalf, a request is made.
TYING = re.compile(
    r"aws:(source(arn|account|owner|orgid|orgpaths|vpc|vpce|vpcarn)|principal(arn|account|orgid|orgpaths)|userid)"
    r"|kms:calleraccount|kms:encryptioncontext:.+|cloudfront:distributionid"
)
# Sends none of those keys; its logs lie below the account that they are of, which the resource names.
WITHOUT_KEYS = "logdelivery.elasticloadbalancing.amazonaws.com"
OF_ACCOUNT = re.compile(r"/AWSLogs/\d{12}/")
LOGS = ("aws_cloudwatch_log_resource_policy",)
ALL = re.compile(r"\*|\w+:\*")


@policy(
    id="TIER_AWS_078",
    title="Policies of buckets, keys, secrets and log groups let nobody in but whom they name",
    severity=Severity.CRITICAL,
    why="A principal that is anybody, or a service that works for any account, opens it to strangers.",
    remedy="name the principals, and tie a service by a condition on `aws:SourceArn` or `aws:SourceAccount`",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    resources=list(POLICIES),
    unknown=rejected("policies are made of names that are known; of others the data source is read"),
)
def narrow(resource: Resource) -> Iterator[Fault]:
    """Refuse a statement that lets in anybody, or a service without saying for whom."""
    attribute = POLICIES[resource.type]
    if (
        resource.type == "aws_secretsmanager_secret_policy"
        and resource.plan.tier in TIERS
        and not resource["block_public_policy"]
    ):
        yield Fault("Secrets Manager does not check whether it is public", "block_public_policy")
    if resource.type == "aws_kms_key" and resource.plan.tier in TIERS and _without(resource):
        yield Fault("AWS's default policy lets no service use it, and leaves it to IAM who may", attribute)
    if not known(resource[attribute]) and attribute not in resource.expressions and resource.expressions:
        return  # AWS's own default, which lets in the account
    try:
        found = statements(resource, attribute)
    except (ValueError, AttributeError):
        yield Fault("it is no policy document", attribute)
        return
    for statement in found:
        if statement.effect == "Allow":
            yield from _judged(statement, attribute, ours=resource.plan.tier in TIERS)
            if resource.type in LOGS and resource.plan.tier in TIERS and _everything(statement):
                yield Fault("it is about every log group of the account", attribute)


def _everything(statement: Statement) -> bool:
    return known(statement.resources) and any(known(item) and not item.strip("*") for item in statement.resources)


def _without(key: Resource) -> bool:
    """Say whether a key has no policy of its own, in it or beside it."""
    own = key["policy"]
    return known(own) and not own and not key.plan.pointing_to(key, "aws_kms_key_policy", "key_id")


def _judged(statement: Statement, attribute: str, *, ours: bool) -> Iterator[Fault]:
    tied = _tied(statement)
    if _anybody(statement.principals) and (ours or not tied):
        yield Fault("it lets anybody in", attribute)
    for service in _listed(statement.principals, "Service"):
        if not tied and not (service == WITHOUT_KEYS and _of_account(statement)):
            yield Fault(f"it lets {service} in for any account", attribute)
        actions = statement.actions if known(statement.actions) else []
        if statement.not_actions or any(known(action) and ALL.fullmatch(action) for action in actions):
            yield Fault(f"it lets {service} do anything", attribute)


def _anybody(principals: Any) -> bool:
    """Say whether anybody is meant: by a star, or by naming only who is not."""
    if not known(principals):
        return bool(principals)
    return principals is None or principals == "*" or "*" in _listed(principals, "AWS")


def _listed(principals: Any, kind: str) -> list[str]:
    """Return the known principals of a kind; one that only the apply will tell is somebody, not anybody."""
    value = principals.get(kind) if isinstance(principals, dict) else None
    values = value if isinstance(value, list) else [value]
    return [item for item in values if known(item) and isinstance(item, str)]


def _tied(statement: Statement) -> bool:
    """Say whether a condition says on whose behalf; one that is negated, or holds for what is not sent, does not."""
    conditions = statement.conditions
    if not known(conditions):
        return bool(conditions)
    for test, keys in (conditions or {}).items():
        if "Not" in test or test == "Null" or test.endswith("IfExists") or test.startswith("ForAllValues"):
            continue
        for key, value in keys.items():
            values = value if isinstance(value, list) else [value]
            if TYING.fullmatch(key.lower()) and not any(known(item) and item in ("*", "arn:*") for item in values):
                return True
    return False


def _of_account(statement: Statement) -> bool:
    """Say whether each resource lies below an account."""
    return all(not known(item) or OF_ACCOUNT.search(item) for item in statement.resources)
