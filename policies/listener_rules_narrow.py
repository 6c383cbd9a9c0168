"""Listener rules forward requests for hosts or paths that they name to target groups of the plan."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

TARGET_GROUPS = ("aws_lb_target_group", "aws_alb_target_group")
# Conditions that name what is expected, and the patterns, or regular expressions, that name nothing.
NAMED = ("host_header", "path_pattern", "http_header")
EVERYTHING = re.compile(r"(?=.*[*?+]|$)[*?+./^$()\\]*")


@policy(
    id="TIER_AWS_007",
    title="Listener rules forward named hosts or paths to target groups of the plan",
    severity=Severity.HIGH,
    why="A rule that takes any host serves whoever has found the address; one without its target group serves nobody.",
    remedy="set a `condition` with the `host_header` values of the site, and an `action` whose `target_group_arn` "
    "refers to an `aws_lb_target_group`",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
    resources=["aws_lb_listener_rule", "aws_alb_listener_rule"],
    unknown=rejected("hosts are written in the blueprint, and target groups are found by reference"),
)
def narrow(rule: Resource) -> Iterator[Fault]:
    """Judge the actions of a rule that forwards, and its conditions."""
    actions = rule.blocks("action")
    if not actions:
        yield Fault("it does nothing", "action")
    forwards = False
    for index, action in enumerate(actions):
        if action.get("type") == "forward":
            forwards = True
            yield from _forward(rule, action, index)
    if forwards:
        yield from _conditions(rule)


def _forward(rule: Resource, action: Mapping[str, Any], index: int) -> Iterator[Fault]:
    """Ask for target groups that are there, by argument or weighted in a block."""
    if rule.action not in ("create", "replace") and _written(rule, index):
        return  # where it points now is CodeDeploy's to say, and Terraform does not read weights
    weighted = action.get("forward")
    if known(weighted) and weighted:
        groups = (weighted[0] or {}).get("target_group") or []
        if not groups:
            yield Fault("it forwards to no target group", f"action[{index}].forward")
        for place, group in enumerate(groups):
            yield from _target(rule, group.get("arn"), ("action", index, "forward", 0, "target_group", place, "arn"))
        return
    yield from _target(rule, action.get("target_group_arn"), ("action", index, "target_group_arn"))


def _written(rule: Resource, index: int) -> bool:
    """Say whether the configuration names target groups of the plan in an action, whatever the values are now."""
    return any(found.type in TARGET_GROUPS for found in rule.refers_to("action", index))


def _target(rule: Resource, value: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:
    place = f"action[{path[1]}].{path[-1]}"
    if known(value):
        if not value:
            yield Fault("it forwards to no target group", place)
        return
    if any(found.type in TARGET_GROUPS for found in rule.refers_to(*path)):
        return
    if any(name.split(".")[0] in TARGET_GROUPS for name in _names(rule.expressions, path)):
        yield Fault("it forwards to a target group that the plan does not have", place)
    else:
        value.get()


def _names(expression: Any, path: tuple[str | int, ...]) -> list[str]:
    """Return the references written at `path`."""
    for step in path:
        if isinstance(expression, list) and expression:
            expression = expression[step] if isinstance(step, int) and step < len(expression) else expression[0]
        elif isinstance(expression, Mapping):
            expression = expression.get(step)
    names = expression.get("references") if isinstance(expression, Mapping) else None
    return [str(name) for name in names or []]


def _conditions(rule: Resource) -> Iterator[Fault]:
    """Ask for a condition that names hosts, paths or a header's value."""
    values = []
    for index, condition in enumerate(rule.blocks("condition")):
        for kind in NAMED:
            for block in filter(None, condition.get(kind) or []):
                listed = [*(block.get("values") or []), *(block.get("regex_values") or [])]
                if kind == "host_header" and any(_anything(value) for value in listed):
                    yield Fault("it takes any host", f"condition[{index}].{kind}")
                values += [value for value in listed if not _anything(value)]
    if not values:
        yield Fault("it names neither hosts nor paths", "condition")


def _anything(pattern: Any) -> bool:
    """Say whether a pattern is made of wildcards only."""
    return EVERYTHING.fullmatch(str(pattern)) is not None
