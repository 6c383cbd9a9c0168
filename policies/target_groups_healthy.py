"""Target groups speak HTTPS to tasks, and find out soon and truly which of them are healthy."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, known, policy, rejected

FORWARDING = ("aws_lb_listener_rule", "aws_alb_listener_rule", "aws_lb_listener", "aws_alb_listener")
# Bounds in which an outage is seen within two minutes, and a slow answer is none.
BOUNDS = {"interval": (5, 30), "timeout": (2, 15), "healthy_threshold": (2, 5), "unhealthy_threshold": (2, 5)}
DEFAULTS = {"interval": 30, "timeout": 5, "healthy_threshold": 3, "unhealthy_threshold": 3}
LONGEST_DRAIN = 300
# In a tier: a check every 7 seconds from each zone is a load of its own; a request of the application takes up to 60.
OUR_INTERVAL, OUR_DRAIN = 10, (20, 120)
LOWER_LAYER = ("TCP", "UDP", "TCP_UDP", "TLS", "GENEVE", "QUIC", "TCP_QUIC")
# Statuses of success: 200, 204, 200,204 or a range within the 2xx.
SUCCESS = re.compile(r"2\d\d([,-]2\d\d)*")
# In gRPC only 0 is success; 12, the default, says that nobody has written a health check.
GRPC_OK = re.compile(r"0")


@policy(
    id="TIER_AWS_008",
    title="Target groups speak HTTPS to tasks and check their health at a path of its own",
    severity=Severity.HIGH,
    why="Without a true health check requests go to tasks that cannot answer, and without TLS they go in clear.",
    remedy='set `protocol = "HTTPS"`, `target_type = "ip"`, and a `health_check` by HTTPS with a path of its own, '
    'matcher "200", and an interval of 5 to 30 seconds',
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    resources=["aws_lb_target_group", "aws_alb_target_group"],
    unknown=rejected("a literal of the module or the blueprint"),
)
def healthy(group: Resource) -> Iterator[Fault]:
    """Judge a target group: how it speaks, checks, and lets go."""
    kind = group["target_type"] or "instance"
    if kind in ("lambda", "alb"):
        return
    protocol = str(group["protocol"] or "").upper()
    if protocol in LOWER_LAYER:
        return
    if protocol != "HTTPS":
        yield Fault(f"it speaks {protocol or 'no protocol'} to its targets", "protocol")
    if kind != "ip":
        yield Fault("its targets are instances, not the tasks' own addresses", "target_type")
    if not any(_forwards(item, group) for name in FORWARDING for item in group.plan.of(name)):
        yield Fault("no listener forwards to it")
    yield from _check(group)
    yield from _letting_go(group)


def _forwards(item: Resource, group: Resource) -> bool:
    """Say whether a rule or a listener sends something to the group."""
    argument = "default_action" if item.type.endswith("listener") else "action"
    blocks = item[argument]
    for index, block in enumerate(blocks if known(blocks) and blocks else []):
        if item.points_to(group, argument, index, "target_group_arn"):
            return True
        weighted = block.get("forward")
        first = (weighted[0] if known(weighted) and weighted else None) or {}
        for place in range(len(first.get("target_group") or [])):
            if item.points_to(group, argument, index, "forward", 0, "target_group", place, "arn"):
                return True
    return False


def _check(group: Resource) -> Iterator[Fault]:
    """Judge the health check."""
    check = group.block("health_check")
    if not check or str(check.get("enabled", True)).lower() == "false":
        yield Fault("it checks nobody's health", "health_check")
        return
    if str(check.get("protocol") or "HTTP").upper() != "HTTPS":
        yield Fault("it checks health without TLS", "health_check[0].protocol")
    path = check.get("path") or "/"
    if path == "/" or not str(path).startswith("/"):
        yield Fault(f"it checks health at {path}, which is a page for people", "health_check[0].path")
    grpc = str(group["protocol_version"]).upper() == "GRPC"
    matcher = check.get("matcher") or ("12" if grpc else "200")
    if not (GRPC_OK if grpc else SUCCESS).fullmatch(str(matcher).replace(" ", "")):
        yield Fault(f"it takes {matcher} for healthy", "health_check[0].matcher")
    yield from _times(check, OUR_INTERVAL if group.plan.tier else BOUNDS["interval"][0])


def _times(check: Mapping[str, Any], shortest: int) -> Iterator[Fault]:
    """Judge how soon an outage is seen; checks are `shortest` seconds apart or more."""
    values = {name: int(check.get(name) or default) for name, default in DEFAULTS.items()}
    if BOUNDS["interval"][0] <= values["interval"] < shortest:
        yield Fault(f"it checks every {values['interval']} seconds, not {shortest}", "health_check[0].interval")
    for name, (low, high) in BOUNDS.items():
        if not low <= values[name] <= high:
            yield Fault(f"{name} is {values[name]}, not {low} to {high}", f"health_check[0].{name}")
    if values["timeout"] >= values["interval"]:
        yield Fault("the next check starts before the last one is given up", "health_check[0].timeout")


def _letting_go(group: Resource) -> Iterator[Fault]:
    """Judge how long a target that leaves is waited for, and whether callers stick to one."""
    delay = group["deregistration_delay"]
    seconds = 300 if delay in (None, "") else int(delay)
    least, most = OUR_DRAIN if group.plan.tier else (1, LONGEST_DRAIN)
    if not least <= seconds <= most:
        yield Fault(f"a target that leaves has {seconds} seconds to finish", "deregistration_delay")
    if str(group.block("stickiness").get("enabled")).lower() == "true":
        yield Fault("callers stick to a target, so that load is not spread", "stickiness[0].enabled")
