"""Roles may do what they need, to what they need it for."""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from generator.policy import Fault, Resource, Severity, Statement, accepted, known, policy, statements

# What AWS lets nobody scope to a resource.
UNSCOPED = (
    "application-autoscaling:", "autoscaling:Describe", "ce:", "cloudwatch:Describe", "cloudwatch:GetMetric",
    "cloudwatch:ListMetrics", "cloudwatch:PutMetricData", "ec2:CreateNetworkInterface", "ec2:Describe",
    "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ecs:ListClusters", "ecs:RegisterTaskDefinition",
    "elasticloadbalancing:Describe", "iam:ListRoles", "logs:DescribeLogGroups", "pricing:", "rds:Describe",
    "s3:ListAllMyBuckets", "ssm:UpdateInstanceInformation", "ssmmessages:", "sts:GetCallerIdentity", "tag:Get", "xray:",
)  # fmt: skip
TOO_MUCH = re.compile(
    r"(AdministratorAccess|PowerUserAccess|ReadOnlyAccess|SecretsManagerReadWrite)(-.*)?|.*FullAccess|"
    r"(System|Network|Database)Administrator"
)
ROLES = ("aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy")
ATTACHMENTS = tuple(f"aws_iam_{kind}policy_attachment" for kind in ("role_", "", "user_", "group_"))
# Of these, all that an account has is too much for one role.
SENSITIVE = re.compile(r"arn:[^:]*:(secretsmanager|kms|ssm|iam):[^:]*:[^:]*:[\w-]+[:/]\*+")
# Keys that say whose account a bucket must be of: its name alone is free for others once it is deleted.
OWNER = ("aws:resourceaccount", "s3:resourceaccount")
# Keys that narrow what a statement is about, beside those of the service itself.
NARROWING = ("aws:resourcetag/", "aws:requesttag/")


@policy(
    id="TIER_AWS_046",
    title="No role may do everything, or something to everything that AWS can scope",
    severity=Severity.HIGH,
    why="Whoever takes over a task, an instance or a pipeline has all that its role may do.",
    remedy="name the actions and the ARNs; bind `iam:PassRole` to roles and to the service that they are for, "
    "and in a tier what is done in buckets to `aws:ResourceAccount`",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    resources=[*ROLES, *ATTACHMENTS, "aws_iam_role"],
    unknown=accepted("the document is made of ARNs that only the apply knows; the next plan knows it"),
)
def narrow(resource: Resource) -> Iterator[Fault]:
    """Refuse wildcards, pass-role for all, and AWS's policies for administrators."""
    ours = bool(resource.plan.tier)
    if resource.type in ATTACHMENTS:
        yield from _attached(resource["policy_arn"], "policy_arn")
    elif resource.type == "aws_iam_role":
        for arn in resource["managed_policy_arns"] or []:
            yield from _attached(arn, "managed_policy_arns")
        for index, block in enumerate(resource.blocks("inline_policy")):
            if block.get("policy"):
                yield from _judged(_written(block["policy"]), f"inline_policy[{index}].policy", ours)
    else:
        yield from _judged(statements(resource, "policy"), "policy", ours)


def _attached(arn: Any, place: str) -> Iterator[Fault]:
    """Refuse what AWS writes for administrators; an own policy may be called as it likes, its document is judged."""
    if not known(arn) or not arn or ":iam::aws:policy/" not in str(arn):
        return
    name = str(arn).rsplit("/", 1)[-1]
    if TOO_MUCH.fullmatch(name):
        yield Fault(f"it attaches {name}", place)


def _judged(found: list[Statement], place: str, ours: bool) -> Iterator[Fault]:
    """Judge each statement; resources that are not known leave the rest of it, and the others, judged."""
    unknown = [item.resources for item in found if not known(item.resources)]
    for statement in found:
        if statement.effect == "Allow":
            for message in (*_faults(statement), *(_of_ours(statement) if ours else ())):
                yield Fault(message, place)
    if unknown:
        bool(unknown[0])


def _of_ours(statement: Statement) -> Iterator[str]:
    """Refuse what a tier's roles never need."""
    yield from _keys_alone(statement)
    buckets = [str(action) for action in statement.actions if str(action).lower().startswith("s3:")]
    if buckets and not any(key in OWNER for key in _keys(statement.conditions)):
        yield f"it allows {', '.join(buckets)} in a bucket of this name in any account"


def _keys_alone(statement: Statement) -> Iterator[str]:
    """Refuse the use of a key by itself: it is for what a service has encrypted with it."""
    using = [str(action) for action in statement.actions if str(action).lower().startswith("kms:")]
    if using and any(_everything(str(item)) for item in statement.resources if known(item)):
        yield f"it allows {', '.join(using)} with every key"
    if using and not any(
        key.startswith(("kms:viaservice", "kms:encryptioncontext")) for key in _keys(statement.conditions)
    ):
        yield f"it allows {', '.join(using)} by itself, not only through the service that encrypts"


def _faults(statement: Statement) -> Iterator[str]:
    if statement.not_actions:
        yield "it allows all actions but some"
    actions = [str(action) for action in statement.actions]
    for action in actions:
        service, _, rest = action.partition(":")
        if not rest.strip("*?") and (not service.strip("*?") or f"{service}:" not in UNSCOPED):
            yield f"it allows {action}"
        elif "*" in service:
            yield f"it allows {action}, of many services"
    if statement.not_resources:
        yield "it is about all resources but some"
    scoped = [action for action in actions if not action.startswith(UNSCOPED)]
    resources = [str(item) for item in statement.resources if known(item)] if known(statement.resources) else []
    wide = [item for item in resources if _everything(item)]
    if wide and scoped and not _narrowed(statement.conditions, scoped):
        yield f"it allows {', '.join(scoped)} to everything"
    many = [item for item in resources if SENSITIVE.fullmatch(item)]
    if many and scoped and not _narrowed(statement.conditions, scoped):
        yield f"it allows {', '.join(scoped)} to {many[0]}"
    passing = any(fnmatchcase("iam:passrole", action.lower()) for action in actions)
    if passing and (wide or many or "iam:passedtoservice" not in _keys(statement.conditions)):
        yield "it passes roles to whatever service, or any role"


def _everything(resource: str) -> bool:
    """Say whether an ARN is any of a service, or of all."""
    parts = resource.split(":", 5)
    if not resource.strip("*"):
        return True
    return parts[0] == "arn" and (len(parts) < 6 or not parts[2].strip("*") or not parts[5].strip("*/:"))


def _narrowed(conditions: Any, actions: list[str]) -> bool:
    """Say whether a condition is about the resource: by its tags, or by a key of the service itself."""
    services = tuple(f"{action.partition(':')[0].lower()}:" for action in actions)
    return any(key.startswith((*services, *NARROWING)) for key in _keys(conditions))


def _keys(conditions: Any) -> set[str]:
    """Return the keys of conditions that must hold: not of those that are for keys which are there at all."""
    found = conditions.items() if isinstance(conditions, Mapping) else ()
    return {
        str(key).lower()
        for test, block in found
        if isinstance(block, Mapping) and not str(test).lower().endswith("ifexists")
        for key in block
    }


def _written(text: Any) -> list[Statement]:
    """Return the statements of a policy that is written into its role; an unreadable one has none."""
    try:
        listed = json.loads(text).get("Statement", [])
    except (ValueError, AttributeError):
        return []
    items = [item for item in (listed if isinstance(listed, list) else [listed]) if isinstance(item, Mapping)]
    return [
        Statement(
            effect=item.get("Effect", "Allow"), principals=None, conditions=item.get("Condition") or {},
            actions=_list(item.get("Action")), resources=_list(item.get("Resource")),
            not_actions=_list(item.get("NotAction")), not_resources=_list(item.get("NotResource")),
        )
        for item in items
    ]  # fmt: skip


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
