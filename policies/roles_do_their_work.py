"""What AWS does for us by a role, it may do: the role trusts that service, and has a policy."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.policy import Fault, Resource, Severity, Statement, known, policy, rejected, statements

# Where a role is named, for which service, and whether the service needs permissions by it at all.
USES = {
    "aws_ecs_task_definition": (("execution_role_arn", "ecs-tasks", True), ("task_role_arn", "ecs-tasks", False)),
    "aws_codedeploy_deployment_group": (("service_role_arn", "codedeploy", True),),
    "aws_flow_log": (("iam_role_arn", "vpc-flow-logs", True),),
    "aws_db_instance": (("monitoring_role_arn", "monitoring.rds", True),),
    "aws_iam_instance_profile": (("role", "ec2", True),),
}
GRANTS = ("aws_iam_role_policy", "aws_iam_role_policy_attachment")


@policy(
    id="TIER_AWS_050",
    title="A role that a service works by trusts that service, and may do something",
    severity=Severity.HIGH,
    why="Tasks do not start, deployments fail and logs stay empty, and each says no more than that access is denied.",
    remedy="name the service in the role's `assume_role_policy`, and give the role an `aws_iam_role_policy`",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html",
    resources=list(USES),
    unknown=rejected("roles are judged by reference, and their trust policies name services only"),
)
def works(user: Resource) -> Iterator[Fault]:
    """Refuse a role that its service may not assume, or that may do nothing."""
    for argument, service, needs in USES[user.type]:
        for role in user.plan.of("aws_iam_role"):
            if not user.points_to(role, argument):
                continue
            if not any(service in _services(item.principals) for item in _allowing(role)):
                yield Fault(f"{service} may not assume {role.address}", argument)
            if needs and not _granted(role):
                yield Fault(f"{role.address} may do nothing", argument)
            if user.type == "aws_codedeploy_deployment_group" and user.plan.tier:
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


def _granted(role: Resource) -> bool:
    """Say whether a role has a policy: of its own, attached, or written into it."""
    if any(grant.points_to(role, "role") for grant in role.plan.of(*GRANTS)):
        return True
    if any(grant.points_to(role, "roles") for grant in role.plan.of("aws_iam_policy_attachment")):
        return True
    return bool(role["managed_policy_arns"]) or any(block.get("policy") for block in role.blocks("inline_policy"))
