"""A role is assumed by the service that it is for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Plan, Resource, Severity, Statement, accepted, known, policy, statements

# Services that act for whoever asks them, and say for whom: without a condition anyone's resource may use the role.
ON_BEHALF = tuple(f"{name}.amazonaws.com" for name in ("codedeploy", "ecs-tasks", "monitoring.rds", "vpc-flow-logs"))
ACCOUNT = re.compile(r"\d{12}")
HOLDS = re.compile(r"(foranyvalue:)?(string(equals|equalsignorecase|like)|arn(equals|like))")


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
    found = [item for item in statements(role, "assume_role_policy") if item.effect == "Allow"]
    if not found:
        yield Fault("nobody may assume it", "assume_role_policy")
    for statement in found:
        for message in _faults(role.plan, statement):
            yield Fault(message, "assume_role_policy")


def _faults(plan: Plan, statement: Statement) -> Iterator[str]:
    if statement.not_actions or any(str(action) in ("*", "sts:*") for action in statement.actions):
        yield "it allows more than to be assumed"
    principals = statement.principals
    if not principals:
        yield "everyone may assume it but those who may not"
        return
    if _anyone(principals):
        yield "anyone may assume it"
    services = _services(principals)
    if plan.tier:
        if len(services) > 1:
            yield f"{', '.join(services)} share it"
        if isinstance(principals, Mapping) and set(principals) - {"Service"}:
            yield "it trusts others than services"
    deputies = [service for service in services if service in ON_BEHALF]
    if deputies and not _for_us(statement.conditions, _accounts(plan)):
        yield f"{deputies[0]} may assume it on anyone's behalf"


def _anyone(principals: Any) -> bool:
    if isinstance(principals, Mapping):
        return any(known(item) and item == "*" for value in principals.values() for item in _listed(value))
    return bool(principals == "*")


def _services(principals: Any) -> list[str]:
    found = principals.get("Service") if isinstance(principals, Mapping) else None
    return [str(item) for item in _listed(found) if known(item)] if found is not None else []


def _for_us(conditions: Any, accounts: set[str]) -> bool:
    """Say whether a condition that must hold names the account, itself or within an ARN."""
    for test, block in conditions.items():
        if not HOLDS.fullmatch(str(test).lower()):
            continue
        for key, values in block.items():
            named = str(key).lower()
            if named == "aws:sourceaccount" and all(_ours(item, accounts) for item in _listed(values)):
                return True
            if named == "aws:sourcearn" and all(_ours(_owner(item), accounts) for item in _listed(values)):
                return True
    return False


def _ours(account: Any, accounts: set[str]) -> bool:
    """Say whether this is the plan's account; any account that is named, where the plan does not tell its own."""
    return not known(account) or bool(ACCOUNT.fullmatch(str(account)) and (not accounts or str(account) in accounts))


def _owner(arn: Any) -> Any:
    return [*str(arn).split(":"), "", "", "", "", ""][4] if known(arn) else arn


def _accounts(plan: Plan) -> set[str]:
    """Return the accounts that the plan has read of whoever plans."""
    found: set[str] = set()
    modules = [plan.document.get("prior_state", {}).get("values", {}).get("root_module", {})]
    while modules:
        module = modules.pop()
        modules += module.get("child_modules", [])
        found |= {
            str(item["values"]["account_id"])
            for item in module.get("resources", [])
            if item.get("type") == "aws_caller_identity" and item.get("values", {}).get("account_id")
        }
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
