"""A distribution of tier 2 has a web ACL, and each web ACL blocks, limits rates, is measured and is logged."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, known, policy, rejected

ACL, DISTRIBUTION = "aws_wafv2_web_acl", "aws_cloudfront_distribution"
MANAGED = (
    "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)  # fmt: skip
# Uploads are larger than this rule's 8 KiB.
COUNTED = ("SizeRestrictions_BODY",)
# A campus may be one address, so that a limit for all pages is high; one for some paths, as of logins, is not.
HIGHEST, HIGHEST_SCOPED, LOWEST = 1_000_000, 10_000, 10
# In a tier: how many users one address may stand for, in WAF's window of 300 seconds, and how many of them log in.
CAMPUS, WINDOW, LOGINS = 5_000, 300, 1_500
BLOCKING = ("block", "captcha", "challenge")
REDACTED = ("authorization", "cookie")


@policy(
    id="TIER_AWS_035",
    title="Web ACLs block by the managed rule groups and rate limits and are logged, and tier 2 has one",
    severity=Severity.HIGH,
    why="Rules that only count, or are not attached, let injections and floods through to the application.",
    remedy="set `web_acl_id` of the distribution, and in the web ACL the AWS managed groups with "
    "`override_action { none {} }`, a `rate_based_statement` that blocks, and a logging configuration",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html",
    resources=[ACL, DISTRIBUTION],
    unknown=rejected("rules are literals, and what they are attached to is a reference"),
)
def blocks(resource: Resource) -> Iterator[Fault]:
    """Judge a web ACL, and ask for one at a distribution of tier 2."""
    if resource.type == DISTRIBUTION:
        yield from _attached(resource)
        return
    if resource["rule_json"]:
        return
    rules = resource.blocks("rule")
    yield from _visible(resource, "visibility_config", "it")
    for index, rule in enumerate(rules):
        yield from _visible(rule, f"rule[{index}].visibility_config", str(rule.get("name")))
    yield from _managed(rules)
    yield from _limits(resource, rules)
    yield from _used(resource)
    yield from _logged(resource)


def _attached(distribution: Resource) -> Iterator[Fault]:
    """Ask for a web ACL in tier 2, and for one of distributions wherever one is."""
    value = distribution["web_acl_id"]
    found = [item for item in distribution.refers_to("web_acl_id") if item.type == ACL]
    if known(value) and not value:
        if distribution.plan.tier == "tier2":
            yield Fault("it has no web ACL", "web_acl_id")
        return
    if not known(value) and not found:
        value.get()
    for acl in found:
        if acl["scope"] != "CLOUDFRONT":
            yield Fault(f"{acl.address} is not for distributions", "web_acl_id")


def _visible(holder: Any, place: str, what: str) -> Iterator[Fault]:
    """Ask for metrics and samples."""
    found = holder.block("visibility_config") if isinstance(holder, Resource) else _first(holder, "visibility_config")
    for name in ("cloudwatch_metrics_enabled", "sampled_requests_enabled"):
        if str(found.get(name)).lower() != "true":
            yield Fault(f"{what}: {name} is off", place)


def _first(block: Any, name: str) -> Mapping[str, Any]:
    """Return the first block of a name in another; an empty one if there is none."""
    found = (block.get(name) if block else None) or []
    return found[0] or {} if found else {}


def _managed(rules: list[Mapping[str, Any]]) -> Iterator[Fault]:
    """Ask for the managed groups, each blocking what it was made to block, of all requests."""
    seen = set()
    for index, rule in enumerate(rules):
        group = _first(_first(rule, "statement"), "managed_rule_group_statement")
        name = group.get("name")
        if not group or name not in MANAGED:
            continue
        if _first(rule, "override_action").get("count"):
            yield Fault(f"{name} only counts", f"rule[{index}].override_action")
        elif group.get("scope_down_statement"):
            yield Fault(f"{name} looks at some requests only", f"rule[{index}].statement")
        else:
            seen.add(name)
        for override in filter(None, group.get("rule_action_override") or []):
            action = _first(override, "action_to_use")
            if override.get("name") not in COUNTED and not any(action.get(kind) for kind in BLOCKING):
                yield Fault(f"{name} lets {override.get('name')} through", f"rule[{index}].statement")
        for excluded in filter(None, group.get("excluded_rule") or []):
            yield Fault(f"{name} leaves {excluded.get('name')} out", f"rule[{index}].statement")
    for name in MANAGED:
        if name not in seen:
            yield Fault(f"{name} does not block", "rule")


def _limits(acl: Resource, rules: list[Mapping[str, Any]]) -> Iterator[Fault]:
    """Ask for a rate limit of all requests that blocks, and in a tier's plan for one of the paths that cost more."""
    general, scoped = False, False
    for index, rule in enumerate(rules):
        rate = _first(_first(rule, "statement"), "rate_based_statement")
        if not rate:
            continue
        if not any(_first(rule, "action").get(kind) for kind in BLOCKING):
            yield Fault(f"{rule.get('name')} only counts", f"rule[{index}].action")
            continue
        narrowed = bool(rate.get("scope_down_statement"))
        highest = HIGHEST_SCOPED if narrowed else HIGHEST
        limit = int(rate.get("limit") or 0)
        fewest = _campus(acl, narrowed=narrowed)
        if LOWEST <= limit < fewest:
            yield Fault(f"{rule.get('name')} shuts a campus out at {limit} requests", f"rule[{index}].statement")
        if not LOWEST <= limit <= highest:
            yield Fault(f"{rule.get('name')} limits to {limit}, not {LOWEST} to {highest}", f"rule[{index}].statement")
        general, scoped = general or not narrowed, scoped or narrowed
    if not general:
        yield Fault("no rule limits the rate of all requests", "rule")
    if not scoped and acl.plan.tier in TIERS:
        yield Fault("no rule limits the rate of logins", "rule")


def _campus(acl: Resource, *, narrowed: bool) -> int:
    """Return how many requests the largest campus sends in five minutes from one address, by the promised load."""
    promised = [acl.plan.promises.get(name) for name in ("requests_per_second", "concurrent_users")]
    if acl.plan.tier not in TIERS or not all(promised):
        return LOWEST
    if narrowed:
        return LOGINS
    rate, users = (float(item or 1) for item in promised)
    return int(rate / users * WINDOW * CAMPUS)


def _used(acl: Resource) -> Iterator[Fault]:
    """Ask that something is behind the web ACL."""
    plan = acl.plan
    held = plan.pointing_to(acl, DISTRIBUTION, "web_acl_id")
    if not held and not plan.pointing_to(acl, "aws_wafv2_web_acl_association", "web_acl_arn"):
        yield Fault("nothing is behind it")


def _logged(acl: Resource) -> Iterator[Fault]:
    """Ask that what was blocked is logged, without what logs somebody in."""
    found = acl.plan.pointing_to(acl, "aws_wafv2_web_acl_logging_configuration", "resource_arn")
    if not found:
        yield Fault("nothing logs what it blocks")
    for item in found:
        to = item["log_destination_configs"]
        if known(to) and not to:
            yield Fault(f"{item.address} logs to nowhere")
        for chosen in item.blocks("logging_filter"):
            if chosen.get("default_behavior") == "DROP" and not _keeps_blocked(chosen):
                yield Fault(f"{item.address} drops what was blocked")
        hidden = {
            str(header.get("name")).lower()
            for field in item.blocks("redacted_fields")
            for header in field.get("single_header") or []
        }
        for name in REDACTED if acl.plan.tier in TIERS else ():
            if name not in hidden:
                yield Fault(f"{item.address} logs the header {name}")
        if acl.plan.tier in TIERS and not any(field.get("query_string") for field in item.blocks("redacted_fields")):
            yield Fault(f"{item.address} logs what is asked for, tokens included")


def _keeps_blocked(chosen: Mapping[str, Any]) -> bool:
    """Say whether a filter keeps requests that were blocked."""
    return any(
        _first(condition, "action_condition").get("action") == "BLOCK"
        for item in chosen.get("filter") or []
        if item.get("behavior") == "KEEP"
        for condition in item.get("condition") or []
    )
