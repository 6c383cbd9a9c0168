"""A role is assumed by the service that it is for."""

from collections.abc import Iterator
from typing import Any

from generator.policy import Fault, Resource, Severity, accepted, known, policy, statements

# Services that act for whoever asks them, and say for whom: without a condition anyone's resource may use the role.
ON_BEHALF = tuple(f"{name}.amazonaws.com" for name in ("codedeploy", "ecs-tasks", "monitoring.rds", "vpc-flow-logs"))


@policy(
    id="TIER_AWS_047",
    title="Roles trust named services, and those only on behalf of this account",
    severity=Severity.HIGH,
    why="A role that anyone may assume is anyone's; a service that acts for others is a detour to it.",
    remedy="name the service in `Principal`, and `aws:SourceAccount` or `aws:SourceArn` where it acts for others",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    resources=["aws_iam_role"],
    unknown=accepted("a trust policy that names what the apply makes is known in the next plan"),
)
def trusting(role: Resource) -> Iterator[Fault]:
    """Refuse trust in everyone, and trust in services without saying on whose behalf."""
    found = statements(role, "assume_role_policy")
    if not any(statement.effect == "Allow" for statement in found):
        yield Fault("nobody may assume it", "assume_role_policy")
    for statement in found:
        if statement.effect != "Allow":
            continue
        if any(str(action) in ("*", "sts:*") for action in statement.actions):
            yield Fault("it allows more than to be assumed", "assume_role_policy")
        if _anyone(statement.principals):
            yield Fault("anyone may assume it", "assume_role_policy")
        services = _services(statement.principals)
        if any(service in ON_BEHALF for service in services) and not statement.conditions:
            yield Fault(f"{services[0]} may assume it on anyone's behalf", "assume_role_policy")


def _anyone(principals: Any) -> bool:
    if isinstance(principals, dict):
        return any(known(item) and item == "*" for value in principals.values() for item in _listed(value))
    return bool(principals == "*")


def _services(principals: Any) -> list[str]:
    found = principals.get("Service") if isinstance(principals, dict) else None
    return [str(item) for item in _listed(found) if known(item)] if found is not None else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
