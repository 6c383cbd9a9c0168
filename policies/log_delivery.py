"""Logs that are delivered have a source, a place to go, and leave to be written there."""

from collections.abc import Iterator

from generator.policy import TIERS, Fault, Resource, Severity, Statement, known, policy, rejected, statements

PLACES = ("aws_s3_bucket", "aws_cloudwatch_log_group", "aws_kinesis_firehose_delivery_stream")
NEEDED: dict[str, tuple[tuple[tuple[str | int, ...], tuple[str, ...]], ...]] = {
    "aws_cloudwatch_log_delivery": (
        (("delivery_source_name",), ("aws_cloudwatch_log_delivery_source",)),
        (("delivery_destination_arn",), ("aws_cloudwatch_log_delivery_destination",)),
    ),
    "aws_cloudwatch_log_delivery_destination": (
        (("delivery_destination_configuration", 0, "destination_resource_arn"), PLACES),
    ),
    "aws_wafv2_web_acl_logging_configuration": (
        (("log_destination_configs",), PLACES),
        (("resource_arn",), ("aws_wafv2_web_acl",)),
    ),
    "aws_flow_log": ((("log_destination",), PLACES),),
}
# Who writes to a log group of CloudWatch, by the argument that names it: only whom a resource policy lets.
WRITERS: dict[str, tuple[tuple[str | int, ...], str]] = {
    "aws_wafv2_web_acl_logging_configuration": (("log_destination_configs",), "delivery.logs.amazonaws.com"),
    "aws_route53_query_log": (("cloudwatch_log_group_arn",), "route53.amazonaws.com"),
}
WRITING = ("*", "logs:*", "logs:put*", "logs:putlogevents")
DELIVERED = ("aws_cloudwatch_log_delivery_source", "delivery_source_name")


@policy(
    id="TIER_AWS_096",
    title="Delivered logs have a source, a destination of the plan, and in a tier leave to be written there",
    severity=Severity.MEDIUM,
    why="A delivery that is missing or leads nowhere loses the logs in silence: they are not there when needed.",
    remedy="join source and destination with an `aws_cloudwatch_log_delivery`, and name a bucket or a log group in "
    "each destination; let the firewall and Route 53 write by an `aws_cloudwatch_log_resource_policy`",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html",
    resources=[*NEEDED, "aws_route53_query_log", DELIVERED[0]],
    unknown=rejected("a destination of the plan is found by reference; one that is not may be none"),
)
def delivered(resource: Resource) -> Iterator[Fault]:
    """Refuse a delivery that lacks one of its ends, and an end without a delivery."""
    for path, kinds in NEEDED.get(resource.type, ()):
        yield from _end(resource, path, kinds)
    if resource.type in WRITERS and resource.plan.tier in TIERS:
        yield from _let(resource)
    if resource.type == DELIVERED[0]:
        if not resource.plan.pointing_to(resource, "aws_cloudwatch_log_delivery", DELIVERED[1]):
            yield Fault("no delivery takes its logs anywhere")
        if known(resource["resource_arn"]) and not resource["resource_arn"]:
            yield Fault("it has no resource whose logs it delivers", "resource_arn")
    if resource.type == "aws_flow_log" and resource["log_destination_type"] in (None, "cloud-watch-logs"):
        role = resource["iam_role_arn"]
        if known(role) and not role:
            yield Fault("without a role it may not write to the log group", "iam_role_arn")


def _let(resource: Resource) -> Iterator[Fault]:
    """Ask for a resource policy that lets the service write to the log group of the plan that it is given."""
    path, service = WRITERS[resource.type]
    groups = [item for item in resource.plan.of("aws_cloudwatch_log_group") if resource.points_to(item, *path)]
    policies = resource.plan.of("aws_cloudwatch_log_resource_policy")
    allowed = [
        item for policy_ in policies for item in statements(policy_, "policy_document") if _writes(item, service)
    ]
    if groups and not allowed:
        yield Fault(f"no resource policy lets {service} write to {groups[0].address}", str(path[0]))


def _writes(statement: Statement, service: str) -> bool:
    """Say whether a statement lets a service write to log groups."""
    principals = statement.principals
    who = principals.get("Service") if isinstance(principals, dict) else None
    listed = who if isinstance(who, list) else [who]
    writing = any(str(action).lower() in WRITING for action in statement.actions)
    return statement.effect == "Allow" and writing and service in listed


def _end(resource: Resource, path: tuple[str | int, ...], kinds: tuple[str, ...]) -> Iterator[Fault]:
    """Ask that an argument is a resource of these kinds: of the plan, read by it, or by its ARN another stack's."""
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    value = resource.at(*path)
    values = value if known(value) and isinstance(value, list) else [value]
    if all(known(item) for item in values):
        texts = [str(item) for item in values if item]
        named = any(item in other.identities for other in resource.plan.of(*kinds) for item in texts)
        # Older configurations name the log group of a flow log in an argument of its own.
        older = resource.type == "aws_flow_log" and "log_group_name" in resource.expressions
        if not texts and not older:
            yield Fault("it leads nowhere", place)
        elif texts and not named and not all(item.startswith("arn:") for item in texts):
            yield Fault(f"{', '.join(texts)} is nothing in this plan", place)
        return
    found = resource.refers_to(*path)
    if not found:
        bool(next(item for item in values if not known(item)))
    elif not any(item.type in kinds or item.mode == "data" for item in found):
        yield Fault(f"it leads to {found[0].address}, where no log can go", place)
