"""What AWS does for us by a role, it may do: the role trusts that service, and allows what the service needs."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from generator.policy import Fault, Resource, Severity, Statement, known, policy, rejected, statements
from generator.policy.unknown import UnknownValueError

# Where a role is named, for which service, and whether the service needs permissions by it at all.
USES = {
    "aws_ecs_task_definition": (("execution_role_arn", "ecs-tasks", True), ("task_role_arn", "ecs-tasks", False)),
    "aws_codedeploy_deployment_group": (("service_role_arn", "codedeploy", True),),
    "aws_flow_log": (("iam_role_arn", "vpc-flow-logs", True),),
    "aws_db_instance": (("monitoring_role_arn", "monitoring.rds", True),),
    "aws_iam_instance_profile": (("role", "ec2", True),),
}
GRANTS = ("aws_iam_role_policy", "aws_iam_role_policy_attachment")
# What a tier's service does by the role that is named there, as AWS documents it.
DONE = {
    "execution_role_arn": ("logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue"),
    "task_role_arn": ("s3:GetObject", "s3:PutObject"),
    "service_role_arn": (
        "cloudwatch:DescribeAlarms", "ecs:CreateTaskSet", "ecs:DeleteTaskSet", "ecs:DescribeServices",
        "ecs:UpdateServicePrimaryTaskSet", "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:ModifyListener", "iam:PassRole",
    ),
    "iam_role_arn": ("logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"),
    "role": (
        "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
    ),
}  # fmt: skip


@policy(
    id="TIER_AWS_050",
    title="A role that a service works by trusts that service, and may do what the service does by it",
    severity=Severity.HIGH,
    why="Tasks do not start, deployments fail and logs stay empty, and each says no more than that access is denied.",
    remedy="name the service in the role's `assume_role_policy`, and give the role an `aws_iam_role_policy` "
    "that allows what the service does",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html",
    resources=list(USES),
    unknown=rejected("roles are judged by reference, and their trust policies name services only"),
)
def works(user: Resource) -> Iterator[Fault]:
    """Refuse a role that its service may not assume, or that may do nothing."""
    for argument, service, needs in USES[user.type]:
        roles = [role for role in user.plan.of("aws_iam_role") if user.points_to(role, argument)]
        if user.plan.tier and not roles and (not known(user[argument]) or user[argument]):
            yield Fault("its role is none of this plan", argument)
        for role in roles:
            if not any(service in _services(item.principals) for item in _allowing(role)):
                yield Fault(f"{service} may not assume {role.address}", argument)
            if (needs or user.plan.tier) and not _granted(role):
                yield Fault(f"{role.address} may do nothing", argument)
            if user.plan.tier:
                yield from _does(user, role, argument)


def _does(user: Resource, role: Resource, argument: str) -> Iterator[Fault]:
    """Ask that a role of a tier allows what is done by it."""
    for message in _lacking(role, DONE.get(argument, ())):
        yield Fault(f"{role.address} {message}", argument)
    if user.type == "aws_codedeploy_deployment_group":
        yield from _passes(role)


def _passes(role: Resource) -> Iterator[Fault]:
    """Ask CodeDeploy's role for leave to pass the roles of the tasks that it starts, where the plan tells."""
    documents = [
        document
        for grant in role.plan.of("aws_iam_role_policy")
        if grant.points_to(role, "role")
        for document in grant.refers_to("policy")
        if document.type == "aws_iam_policy_document"
    ]
    named = {item.address for document in documents for item in document.refers_to("statement")}
    for service in role.plan.of("aws_ecs_service"):
        for task in service.refers_to("task_definition"):
            for argument in ("execution_role_arn", "task_role_arn"):
                for other in task.refers_to(argument):
                    if documents and other.type == "aws_iam_role" and other.address not in named:
                        yield Fault(f"{role.address} may not pass {other.address} to the tasks", "service_role_arn")


def _allowing(role: Resource) -> list[Statement]:
    return [item for item in statements(role, "assume_role_policy") if item.effect == "Allow"]


def _services(principals: Any) -> set[str]:
    """Return the names of the services in a principal, without the suffix of the partition."""
    found = principals.get("Service") if isinstance(principals, Mapping) else principals
    names = found if isinstance(found, list) else [found]
    return {str(name).partition(".amazonaws.")[0] for name in names if known(name) and name}


def _allows(grant: Resource) -> bool:
    """Say whether a grant allows something; what is attached, or not known, does."""
    if grant.type != GRANTS[0] or (not known(grant["policy"]) and not grant.refers_to("policy")):
        return True
    try:
        return any(statement.effect != "Deny" for statement in statements(grant, "policy"))
    except UnknownValueError:
        return True


def _lacking(role: Resource, wanted: tuple[str, ...]) -> list[str]:
    """Return what a role's own policies fail to allow; nothing where another, or one not known yet, may do so."""
    own = [grant for grant in role.plan.of(GRANTS[0]) if grant.points_to(role, "role")]
    if not own or _attached(role):
        return []
    try:
        return list(_amiss([item for grant in own for item in statements(grant, "policy")], wanted))
    except UnknownValueError:
        return []


def _amiss(found: list[Statement], wanted: tuple[str, ...]) -> Iterator[str]:
    lacking = [action for action in wanted if not _allowed(action, found)]
    if lacking:
        yield f"may not do {', '.join(lacking)}"
    allowing = [item for item in found if item.effect == "Allow"]
    denying = [it for it in found if it.effect == "Deny" and not it.not_actions and not it.not_resources]
    for statement in denying:
        if not any(_meet(statement, other) for other in allowing):
            yield f"is denied {', '.join(map(str, statement.actions))}, which nothing allows: it was to be allowed"


def _meet(one: Statement, other: Statement) -> bool:
    """Say whether two statements are about the same action and resource; what another leaves out, it is about."""
    actions = other.not_actions or _alike(one.actions, other.actions)
    return bool(actions and (other.not_resources or _alike(one.resources, other.resources)))


def _alike(ones: list[Any], others: list[Any]) -> bool:
    pairs = [(str(one).lower(), str(other).lower()) for one in ones for other in others]
    return any(fnmatchcase(one, other) or fnmatchcase(other, one) for one, other in pairs)


def _allowed(action: str, found: list[Statement]) -> bool:
    """Say whether one statement allows an action, and none denies it wherever and whenever."""
    about = [item for item in found if _is_about(item, action)]
    denied = any(item.effect == "Deny" and not item.conditions and "*" in item.resources for item in about)
    return not denied and any(item.effect == "Allow" for item in about)


def _is_about(statement: Statement, action: str) -> bool:
    names = statement.not_actions or statement.actions
    named = any(fnmatchcase(action.lower(), str(name).lower()) for name in names)
    return named != bool(statement.not_actions)


def _granted(role: Resource) -> bool:
    """Say whether a role has a policy: of its own that allows something, attached, or written into it."""
    if any(grant.points_to(role, "role") and _allows(grant) for grant in role.plan.of(*GRANTS)):
        return True
    return _attached(role)


def _attached(role: Resource) -> bool:
    """Say whether a role has a policy that is attached, or written into it.

    A role that exists lists its own policies, too, as they were: in a tier only what is written counts then.
    """
    if any(grant.points_to(role, "role") for grant in role.plan.of(GRANTS[1])):
        return True
    if any(grant.points_to(role, "roles") for grant in role.plan.of("aws_iam_policy_attachment")):
        return True
    read = role.action != "create" and bool(role.plan.tier)
    arns, blocks = (not read or name in role.expressions for name in ("managed_policy_arns", "inline_policy"))
    if arns and role["managed_policy_arns"]:
        return True
    return blocks and any(block.get("policy") for block in role.blocks("inline_policy"))
