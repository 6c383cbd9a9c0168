"""A tier's secrets have a value from the first day on, and answer to nobody outside the account."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import TIERS, Fault, Resource, Severity, Statement, known, policy, rejected, statements

# What people fill in by hand: the keys of services that others run.
BY_HAND = ("third-party",)
# What belongs to a secret, with the argument that names it.
VALUES = (("aws_secretsmanager_secret_version", "secret_id"), ("aws_secretsmanager_secret_rotation", "secret_id"))
POLICY = ("aws_secretsmanager_secret_policy", "secret_arn")
# What a secret's policy denies: requests without TLS, and those of other accounts.
DENIALS = {"aws:securetransport": "requests without TLS", "aws:principalaccount": "other accounts"}


@policy(
    id="TIER_AWS_026",
    title="Secrets have a value, and refuse other accounts and plain HTTP",
    severity=Severity.HIGH,
    why="Tasks do not start without their secrets, and one wrong grant elsewhere lets another account read them.",
    remedy="add an `aws_secretsmanager_secret_version` with `secret_string_wo`, and to each secret of a module the "
    "`aws_secretsmanager_secret_policy` that denies other accounts and plain HTTP",
    source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
    resources=["aws_secretsmanager_secret"],
    unknown=rejected("versions and policies belong to a secret by reference, and their statements are literals"),
)
def filled(secret: Resource) -> Iterator[Fault]:
    """Judge the secrets of a tier."""
    if secret.plan.tier not in TIERS:
        return
    name = str(secret["name"] or secret["name_prefix"] or "") if known(secret["name"]) else ""
    if not name.endswith(BY_HAND) and not any(_beside(secret, kind) for kind in VALUES):
        yield Fault("nothing gives it a value: what asks for it does not start")
    policies = _beside(secret, POLICY)
    if not policies and any(_beside(other, POLICY) for other in _alike(secret)):
        yield Fault("it has no policy, though others of its module have one")
    for item in policies:
        found = statements(item, "policy")
        for key, what in DENIALS.items():
            if not any(_denies(statement, key) for statement in found):
                yield Fault(f"its policy does not deny {what}", "policy")


def _beside(secret: Resource, kind: tuple[str, str]) -> list[Resource]:
    return secret.plan.pointing_to(secret, *kind)


def _alike(secret: Resource) -> list[Resource]:
    """Return the other secrets of the same block."""
    return [
        item
        for item in secret.plan.of(secret.type)
        if item.module == secret.module and item.name == secret.name and item is not secret
    ]


def _denies(statement: Statement, key: str) -> bool:
    """Say whether a statement denies all of a secret to everybody, by a condition on `key`."""
    actions = {str(action).lower() for action in statement.actions}
    anybody = statement.principals in ("*", {"AWS": "*"})
    return statement.effect == "Deny" and anybody and bool(actions & {"*", "secretsmanager:*"}) and _asks(
        statement.conditions, key
    )  # fmt: skip


def _asks(conditions: Any, key: str) -> bool:
    return isinstance(conditions, Mapping) and any(
        key in {str(name).lower() for name in block} for block in conditions.values() if isinstance(block, Mapping)
    )
