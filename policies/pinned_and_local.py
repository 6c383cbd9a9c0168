"""What Terraform runs is what was reviewed: providers are pinned, modules lie beside the root module."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import TIERS, Fault, Plan, Resource, Severity, policy, rejected

# Every plan of an application has one of these; what is wrong with the whole plan is said of the first of them.
ANCHORS = (
    "aws_vpc", "aws_subnet", "aws_security_group", "aws_iam_role", "aws_kms_key", "aws_s3_bucket",
    "aws_cloudwatch_log_group", "aws_lb", "aws_alb", "aws_ecs_cluster", "aws_ecs_service", "aws_db_instance",
    "aws_elasticache_replication_group", "aws_cloudfront_distribution", "aws_route53_zone", "aws_sns_topic",
    "aws_instance", "aws_lambda_function", "aws_dynamodb_table", "aws_sqs_queue",
)  # fmt: skip
BUILT_IN = "terraform.io/builtin/"
# An upper bound: an exact version, `= 5.100.0`, `~> 5.100`, `< 6`.
BOUND = re.compile(r"^(=|~>|<=?)?\s*v?\d")


@policy(
    id="TIER_AWS_095",
    title="Providers are pinned below the next major version and modules are local",
    severity=Severity.MEDIUM,
    why="A provider or module that moves by itself makes tomorrow's plan another than the one that was reviewed.",
    remedy="write `version` with `~>` in `required_providers`, and vendor modules beside the root module",
    source="https://docs.aws.amazon.com/prescriptive-guidance/latest/terraform-aws-provider-best-practices/version.html",
    resources=list(ANCHORS),
    unknown=rejected("versions and sources are literals in any configuration"),
)
def reviewed(resource: Resource) -> Iterator[Fault]:
    """Judge the plan's providers and modules once, at the first of its resources."""
    plan = resource.plan
    if resource is not plan.of(*ANCHORS)[0]:
        return
    configuration = plan.document.get("configuration", {})
    yield from _providers(configuration.get("provider_config", {}))
    yield from _modules(configuration.get("root_module", {}), plan, "")


def _providers(configured: Mapping[str, Any]) -> Iterator[Fault]:
    """Ask for an upper bound of each provider; modules may ask for less, the root decides."""
    names: dict[str, list[str]] = {}
    for item in configured.values():
        name = item.get("full_name") or item.get("name", "")
        names.setdefault(name, []).extend((item.get("version_constraint") or "").split(","))
    for name, constraints in names.items():
        if not name.startswith(BUILT_IN) and not any(BOUND.match(text.strip()) for text in constraints):
            yield Fault(f"the provider {name} has no upper bound of its version")


def _modules(module: Mapping[str, Any], plan: Plan, outer: str) -> Iterator[Fault]:
    """Ask that each module is local; of a plan of no tier that it is at least pinned."""
    for name, call in module.get("module_calls", {}).items():
        source = call.get("source") or ""
        address = f"{outer}module.{name}"
        if not source.startswith(("./", "../")) and (plan.tier in TIERS or not _fixed(call, source)):
            what = "is not local" if plan.tier in TIERS else "is not pinned to a version"
            yield Fault(f"{address} comes from {source or 'nowhere'}, which {what}")
        yield from _modules(call.get("module", {}), plan, f"{address}.")


def _fixed(call: Mapping[str, Any], source: str) -> bool:
    """Say whether a module from elsewhere is always the same: an exact version, or a tag or commit."""
    version = (call.get("version_constraint") or "").strip()
    return re.fullmatch(r"=?\s*\d+\.\d+\.\d+\S*", version) is not None or re.search(r"[?&]ref=.+", source) is not None
